package dev.serin.local.api.rest;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.util.Arrays;

/// Answers as they go over the wire.
final class Json {
    private static final JsonMapper JSON = JsonMapper.shared();

    private Json() {}

    /// As UTF-8, with the end of line that Kubernetes ends each document with.
    static byte[] line(JsonNode node) {
        // Not by way of a String, which would be made twice as wide first and then narrowed again.
        var bytes = JSON.writeValueAsBytes(node);
        var line = Arrays.copyOf(bytes, bytes.length + 1);
        line[bytes.length] = '\n';
        return line;
    }
}
