package dev.serin.conformance.differential.client;

import dev.serin.conformance.differential.scenario.Http1Message;
import dev.serin.conformance.differential.scenario.Texts;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What a client got for one request, fact by fact.
public record Outcome(Map<String, String> facts) {

    /// Nothing but how it ended.
    static Outcome ended(String how) {
        return new Outcome(new TreeMap<>(Map.of("end", how)));
    }

    /// @param start the status line
    static Outcome of(
            String start,
            List<Map.Entry<String, String>> headers,
            byte[] body,
            List<Map.Entry<String, String>> trailers,
            String end) {
        var facts = new TreeMap<String, String>();
        facts.put("status", start);
        Texts.grouped(headers).forEach((name, value) -> facts.put("header " + name, value));
        facts.put("body", Texts.shown(body));
        Texts.grouped(trailers).forEach((name, value) -> facts.put("trailer " + name, value));
        facts.put("end", end);
        return new Outcome(facts);
    }

    static Outcome of(Http1Message head, Http1Message.Body body, String end) {
        return of(status(head), head.headers(), body.octets(), body.trailers(), end);
    }

    /// Without the reason phrase, which says nothing.
    private static String status(Http1Message head) {
        var words = head.start().split(" ", 3);
        return words.length < 2 ? head.start() : words[0] + " " + words[1];
    }

    /// The status as a number, 0 if there was none.
    public int status() {
        var status = facts.getOrDefault("status", "").split(" ");
        return status.length < 2 ? 0 : Integer.parseInt(status[1]);
    }
}
