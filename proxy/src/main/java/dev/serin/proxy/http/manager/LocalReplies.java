package dev.serin.proxy.http.manager;

import dev.serin.proxy.http.Headers;
import dev.serin.proxy.http.RequestHead;
import dev.serin.proxy.http.ResponseHead;
import dev.serin.proxy.http.filter.LocalReply;

import java.nio.charset.StandardCharsets;

/// How a reply of the proxy's own is put to the client that asked: as text, or to a gRPC client as
/// a status that its library understands. As Envoy's Utility::sendLocalReply.
final class LocalReplies {
    private static final byte[] NOTHING = {};

    private LocalReplies() {}

    /// A head and its body.
    @SuppressWarnings("ArrayRecordComponent") // handed on at once, never compared
    record Reply(ResponseHead head, byte[] body) {}

    static Reply of(RequestHead request, LocalReply local) {
        var headers = local.headers() == null ? new Headers(8) : local.headers();
        if (request.isGrpc()) {
            return grpc(local, headers);
        }
        var body = local.body().getBytes(StandardCharsets.UTF_8);
        if (body.length > 0) {
            headers.set("content-length", Integer.toString(body.length));
            if (!headers.has("content-type")) {
                headers.add("content-type", "text/plain");
            }
        }
        return new Reply(
                new ResponseHead(local.status(), headers),
                request.method().equals("HEAD") ? NOTHING : body);
    }

    private static Reply grpc(LocalReply local, Headers headers) {
        var status = local.grpcStatus() < 0 ? grpcStatus(local.status()) : local.grpcStatus();
        headers.set("content-type", "application/grpc");
        headers.set("grpc-status", Integer.toString(status));
        if (!local.body().isEmpty()) {
            headers.set("grpc-message", percent(local.body()));
        }
        return new Reply(new ResponseHead(200, headers), NOTHING);
    }

    /// As gRPC's "HTTP to gRPC Status Code Mapping".
    private static int grpcStatus(int status) {
        return switch (status) {
            case 400 -> 13;
            case 401 -> 16;
            case 403 -> 7;
            case 404 -> 12;
            case 429, 502, 503, 504 -> 14;
            default -> 2;
        };
    }

    /// As gRPC's Percent-Encoded: what is not printable ASCII, and `%`.
    private static String percent(String text) {
        var out = new StringBuilder();
        for (var octet : text.getBytes(StandardCharsets.UTF_8)) {
            if (octet >= ' ' && octet <= '~' && octet != '%') {
                out.append((char) octet);
            } else {
                out.append('%')
                        .append(Character.toUpperCase(Character.forDigit(octet >> 4 & 15, 16)))
                        .append(Character.toUpperCase(Character.forDigit(octet & 15, 16)));
            }
        }
        return out.toString();
    }
}
