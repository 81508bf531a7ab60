package dev.serin.proxy.http.manager;

import dev.serin.proxy.http.filter.LocalReply;
import dev.serin.proxy.stream.ResponseFlag;

/// The body of the reply to what is not HTTP.
final class MalformedText {
    private MalformedText() {}

    /// The answer to a request that is none. Where the codec of Envoy finds nothing wrong and its
    /// connection manager does, there is neither a text nor a flag.
    static LocalReply reply(int status, String detail) {
        var manager = detail.startsWith("missing_") || detail.startsWith("path_");
        if (detail.equals("request_header_timeout")) {
            return new LocalReply(status, 0, detail, "request header timeout");
        }
        return manager
                ? new LocalReply(status, 0, detail, "")
                : new LocalReply(
                        status, ResponseFlag.DOWNSTREAM_PROTOCOL_ERROR.bit(), detail, of(status));
    }

    /// Whether it is only the manager that finds the request, which is whole, wrong.
    static boolean whole(String detail) {
        return detail.equals("missing_host_header");
    }

    static String of(int status) {
        return switch (status) {
            case 400 -> "Bad Request";
            case 426 -> "Upgrade Required";
            case 431 -> "Request Header Fields Too Large";
            case 501 -> "Not Implemented";
            default -> "";
        };
    }
}
