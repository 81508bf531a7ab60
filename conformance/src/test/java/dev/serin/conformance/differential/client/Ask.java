package dev.serin.conformance.differential.client;

import dev.serin.conformance.differential.scenario.Tls;
import dev.serin.conformance.differential.scenario.Tree;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// A request, or octets, that a client sends.
///
/// @param listener where to
/// @param connection name of the connection to use again; empty for one of its own
/// @param times how often, one after the other in each of `together` clients
/// @param raw octets in place of an HTTP request; empty for none
/// @param reads how many responses (HTTP) or lines (TCP) are read
/// @param reset when the client resets: `head`, `body` (half of it is sent) or empty for never
/// @param pause before the second half of the body
/// @param preamble octets before everything else, TLS too
/// @param frames what a connection of protocol `frames` does
/// @param from the client's own address; empty for any
/// @param to the address that it connects to
/// @param until asked again until the status is this; 0 for no
public record Ask(
        String label,
        String protocol,
        String listener,
        String connection,
        int times,
        int together,
        String method,
        String path,
        String authority,
        List<Map.Entry<String, String>> headers,
        String body,
        List<Map.Entry<String, String>> trailers,
        String raw,
        int reads,
        String reset,
        Duration pause,
        int until,
        String preamble,
        @Nullable Tls tls,
        List<String> frames,
        String from,
        String to,
        Flags flags) {

    /// @param chunked the body is sent in two chunks
    /// @param halfClose the client ends its direction when it has sent everything
    /// @param closes the end of the connection is awaited
    /// @param spread which server answers is compared by how often it does
    /// @param body whether there is one
    public record Flags(
            boolean chunked, boolean halfClose, boolean closes, boolean spread, boolean body) {}

    byte[] octets() {
        return body.getBytes(StandardCharsets.ISO_8859_1);
    }

    /// @param number of the step, from 1
    public static Ask of(int number, Tree tree) {
        tree.only(
                "request",
                "host",
                "headers",
                "body",
                "size",
                "chunked",
                "trailers",
                "times",
                "together",
                "connection",
                "via",
                "raw",
                "reads",
                "protocol",
                "reset",
                "half_close",
                "pause",
                "until",
                "closes",
                "spread",
                "exact",
                "label",
                "preamble",
                "tls",
                "frames",
                "from",
                "to");
        var request = tree.text("request", "GET /").split(" ", 2);
        var raw = tree.text("raw", "");
        return new Ask(
                tree.text("label", Integer.toString(number)),
                tree.text("protocol", "http1"),
                tree.text("via", "main"),
                tree.text("connection", ""),
                tree.number("times", 1),
                tree.number("together", 1),
                request[0],
                request.length > 1 ? request[1] : "/",
                tree.text("host", "test"),
                tree.pairs("headers"),
                body(tree),
                tree.pairs("trailers"),
                tree.is("exact") ? raw : raw.replace("\r\n", "\n").replace("\n", "\r\n"),
                tree.number("reads", 1),
                tree.text("reset", ""),
                tree.duration("pause", Duration.ZERO),
                tree.number("until", 0),
                tree.text("preamble", ""),
                tree.has("tls") ? Tls.of(tree.under("tls"), "") : null,
                tree.list("frames").stream().map(String::valueOf).toList(),
                tree.text("from", ""),
                tree.text("to", "127.0.0.1"),
                new Flags(
                        tree.is("chunked") || tree.has("trailers"),
                        tree.is("half_close"),
                        tree.is("closes"),
                        tree.is("spread"),
                        tree.has("body") || tree.has("size")));
    }

    private static String body(Tree tree) {
        if (!tree.has("size")) {
            return tree.text("body", "");
        }
        var text = new StringBuilder();
        while (text.length() < tree.number("size", 0)) {
            text.append(text.length()).append('\n');
        }
        return text.substring(0, tree.number("size", 0));
    }
}
