package dev.serin.config;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/// One resource of any kind: its kind and its whole body as written, apiVersion and metadata
/// included. The body is shared between readers and must not be changed; to change a resource, copy
/// the body.
public record Resource(ResourceKind kind, ObjectNode body) {

    public ResourceKey key() {
        return new ResourceKey(kind.family(), namespace(), name());
    }

    public String name() {
        return metadata().path("name").asString("");
    }

    public String namespace() {
        return metadata().path("namespace").asString("");
    }

    public String uid() {
        return metadata().path("uid").asString("");
    }

    /// Opaque; empty for a resource that was never stored.
    public String resourceVersion() {
        return metadata().path("resourceVersion").asString("");
    }

    public long generation() {
        return metadata().path("generation").asLong(0);
    }

    /// When it was stored first; the epoch for a resource that never was.
    public Instant created() {
        var text = metadata().path("creationTimestamp").asString("");
        return text.isEmpty() ? Instant.EPOCH : Instant.parse(text);
    }

    public Map<String, String> labels() {
        return strings(metadata().path("labels"));
    }

    public Map<String, String> annotations() {
        return strings(metadata().path("annotations"));
    }

    public JsonNode metadata() {
        return body.path("metadata");
    }

    public JsonNode spec() {
        return body.path("spec");
    }

    public JsonNode status() {
        return body.path("status");
    }

    private static Map<String, String> strings(JsonNode node) {
        var map = new LinkedHashMap<String, String>();
        node.properties().forEach(p -> map.put(p.getKey(), p.getValue().asString("")));
        return map;
    }
}
