package dev.serin.proxy.http.manager;

import dev.serin.proxy.extension.LogFilter;
import dev.serin.proxy.format.Entry;
import dev.serin.proxy.format.LineFormat;
import dev.serin.proxy.http.GrpcStatus;
import dev.serin.proxy.http.Headers;
import dev.serin.proxy.http.ResponseHead;
import dev.serin.proxy.http.filter.LocalReply;
import dev.serin.proxy.route.HeaderChanges;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/// How a reply of the proxy's own is put to the client that asked: as the configuration has it
/// changed, and then as text, or to a gRPC client as a status that its library understands.
/// Immutable. As Envoy's LocalReplyConfig and Utility::sendLocalReply.
///
/// @param mappers the first whose filter takes a reply changes it
/// @param form of those that no mapper has a form for; null for their text as it is
record LocalReplies(List<Mapper> mappers, @Nullable Form form) {
    /// Replies as they are.
    static final LocalReplies PLAIN = new LocalReplies(List.of(), null);

    private static final byte[] NOTHING = {};
    private static final String TEXT = "text/plain";

    /// Changes some replies.
    ///
    /// @param status 0 leaves it
    /// @param body null leaves it
    /// @param form null for the usual one
    record Mapper(
            LogFilter filter,
            int status,
            @Nullable String body,
            @Nullable Form form,
            HeaderChanges headers) {}

    /// How a body is put.
    ///
    /// @param type the content's
    record Form(LineFormat format, String type) {}

    /// A head and its body.
    @SuppressWarnings("ArrayRecordComponent") // handed on at once, never compared
    record Reply(ResponseHead head, byte[] body) {}

    /// The answer to `stream`, which has none yet.
    Reply of(StreamFacts stream, LocalReply local) {
        var headers = local.headers() == null ? new Headers(8) : local.headers();
        var head = new ResponseHead(local.status(), headers);
        return mappers.isEmpty() && form == null
                ? put(stream, local, head, local.body(), TEXT)
                : changed(stream, local, head);
    }

    private Reply changed(StreamFacts stream, LocalReply local, ResponseHead head) {
        var body = local.body();
        var put = form;
        var before = head.headers().get("content-type");
        stream.response = head; // formats ask for it
        stream.details = local.details();
        for (var mapper : mappers) {
            if (!mapper.filter().test(LogFilter.Seen.of(stream.ending(head)))) {
                continue;
            }
            body = mapper.body() == null ? body : mapper.body();
            mapper.headers()
                    .apply(
                            head.headers(),
                            () -> Entry.of(stream.ending(head), stream.ticker().now()));
            head.status(mapper.status() == 0 ? head.status() : mapper.status());
            put = mapper.form() == null ? put : mapper.form();
            break;
        }
        var type = TEXT;
        if (put != null) {
            var end = stream.ending(head);
            end.slots().put(Entry.REPLY_BODY, body);
            var text = new StringBuilder();
            put.format().print(Entry.of(end, stream.ticker().now()), text);
            end.slots().remove(Entry.REPLY_BODY);
            body = text.toString();
            type = put.type();
        }
        var own = Objects.equals(before, head.headers().get("content-type"));
        if (own && !body.equals(local.body())) {
            head.headers().remove("content-type"); // it was the other body's
        }
        stream.response = null;
        return put(stream, local, head, body, type);
    }

    private static Reply put(
            StreamFacts stream, LocalReply local, ResponseHead head, String body, String type) {
        var headers = head.headers();
        if (stream.request().isGrpc()) {
            // the end of a line of JSON has no place in a header
            var line = body.endsWith("\n") && type.equals("application/json");
            return grpc(local, head, line ? body.substring(0, body.length() - 1) : body);
        }
        var octets = body.getBytes(StandardCharsets.UTF_8);
        if (octets.length > 0) {
            headers.set("content-length", Integer.toString(octets.length));
            if (!headers.has("content-type")) {
                headers.add("content-type", type);
            }
        }
        return new Reply(head, stream.request().method().equals("HEAD") ? NOTHING : octets);
    }

    private static Reply grpc(LocalReply local, ResponseHead head, String body) {
        var headers = head.headers();
        headers.set("content-type", "application/grpc");
        if (!headers.has("grpc-status")) {
            var status =
                    local.grpcStatus() < 0 ? GrpcStatus.ofHttp(head.status()) : local.grpcStatus();
            headers.set("grpc-status", Integer.toString(status));
        }
        if (!body.isEmpty()) {
            headers.set("grpc-message", percent(body));
        }
        head.status(200);
        return new Reply(head, NOTHING);
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
