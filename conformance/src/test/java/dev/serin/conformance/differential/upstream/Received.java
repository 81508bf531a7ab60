package dev.serin.conformance.differential.upstream;

import dev.serin.conformance.differential.scenario.Texts;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What a server was asked, or what came on a plain connection.
///
/// @param start method, path and protocol
/// @param body as [Texts#shown]
/// @param end `complete`, or how it broke off
/// @param connection number of the connection within its server and pass
public record Received(
        String start,
        List<Map.Entry<String, String>> headers,
        String body,
        List<Map.Entry<String, String>> trailers,
        String end,
        int connection) {

    /// Each fact by its name.
    public Map<String, String> facts() {
        var facts = new TreeMap<String, String>();
        facts.put("start", start);
        Texts.grouped(headers).forEach((name, value) -> facts.put("header " + name, value));
        facts.put("body", body);
        Texts.grouped(trailers).forEach((name, value) -> facts.put("trailer " + name, value));
        facts.put("end", end);
        return facts;
    }
}
