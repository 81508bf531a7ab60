package dev.serin.conformance.differential.upstream;

import dev.serin.conformance.differential.scenario.Tree;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// How a server answers one request.
///
/// @param reset when the connection (in HTTP/2 the stream) is reset: `request` as soon as the head
///   is there, `head` after the answer's head, `body` after half of the body, empty for never
/// @param raw written as it is in place of everything else, HTTP/1.1 and TCP alone
/// @param early the answer does not wait for the request's body
/// @param stall nothing is ever answered
/// @param close the connection is ended after it
/// @param pause before the second half of the body
record Answer(
        int status,
        List<Map.Entry<String, String>> headers,
        String body,
        List<Map.Entry<String, String>> trailers,
        List<Integer> informational,
        Duration delay,
        Duration pause,
        String reset,
        String raw,
        Flags flags) {

    byte[] octets() {
        return (raw.isEmpty() ? body : raw).getBytes(StandardCharsets.ISO_8859_1);
    }

    /// Its yes-or-no parts.
    record Flags(boolean chunked, boolean close, boolean stall, boolean early, boolean echo) {}

    static Answer of(String server, Tree tree) {
        tree.only(
                "status",
                "headers",
                "body",
                "size",
                "trailers",
                "informational",
                "delay",
                "pause",
                "reset",
                "raw",
                "chunked",
                "close",
                "stall",
                "early",
                "echo",
                "plain");
        var body =
                tree.has("size") ? sized(tree.number("size", 0)) : tree.text("body", server + "\n");
        var headers = new ArrayList<>(tree.pairs("headers"));
        if (!tree.has("headers") && !tree.is("plain")) {
            headers.add(Map.entry("content-type", "text/plain"));
        }
        return new Answer(
                tree.number("status", 200),
                List.copyOf(headers),
                body,
                tree.pairs("trailers"),
                tree.list("informational").stream().map(n -> ((Number) n).intValue()).toList(),
                tree.duration("delay", Duration.ZERO),
                tree.duration("pause", Duration.ZERO),
                tree.text("reset", ""),
                tree.text("raw", ""),
                new Flags(
                        tree.is("chunked") || tree.has("trailers"),
                        tree.is("close"),
                        tree.is("stall"),
                        tree.is("early"),
                        tree.is("echo")));
    }

    /// A body that says at each place where it is, so that a lost part is seen.
    static String sized(int size) {
        var text = new StringBuilder(size + 16);
        while (text.length() < size) {
            text.append(text.length()).append('\n');
        }
        return text.substring(0, size);
    }
}
