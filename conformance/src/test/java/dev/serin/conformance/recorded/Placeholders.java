package dev.serin.conformance.recorded;

import dev.serin.config.schema.Schemas;
import dev.serin.local.api.kind.Catalogue;
import dev.serin.local.api.manage.ManagedFields;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;

/// Turns a recorded object, in which `<uid-1>` and `<time>` stand for values, into one that can be
/// stored. The same name has the same uid in all transcripts, so that owners are found.
final class Placeholders {
    /// When everything that was recorded is said to have happened.
    static final String THEN = "2026-01-02T03:04:05Z";

    private static final Pattern WRITER = Pattern.compile("(\\S+) (Update|Apply)(?: (\\S+))?");

    private static final Catalogue KINDS = new Catalogue(Schemas.load());

    private final int transcript;
    private final String root;
    private final Map<String, String> uids = new HashMap<>();

    /// @param root the certificate authority that the recorded one is replaced by
    Placeholders(Transcript transcript, String root) {
        this.transcript = transcript.number();
        this.root = root;
        for (var exchange : transcript.exchanges()) {
            if (exchange.response() != null) {
                note(exchange.response(), "");
            }
            exchange.stream().forEach(event -> note(event, ""));
        }
    }

    static String uid(String kind, String namespace, String name) {
        return UUID.nameUUIDFromBytes(
                        (kind + "/" + namespace + "/" + name).getBytes(StandardCharsets.UTF_8))
                .toString();
    }

    /// Notes which object a uid is of.
    private void note(JsonNode node, String kindOfItems) {
        var kind = node.path("kind").asString(kindOfItems);
        var metadata = node.path("metadata");
        if (metadata.has("uid") && !kind.equals("PartialObjectMetadata")) {
            uids.putIfAbsent(
                    metadata.path("uid").asString(""),
                    uid(
                            kind,
                            metadata.path("namespace").asString(""),
                            metadata.path("name").asString("")));
        }
        for (var owner : metadata.path("ownerReferences")) {
            uids.putIfAbsent(
                    owner.path("uid").asString(""),
                    uid(
                            owner.path("kind").asString(""),
                            metadata.path("namespace").asString(""),
                            owner.path("name").asString("")));
        }
        var items = kind.endsWith("List") ? kind.substring(0, kind.length() - 4) : "";
        node.path("items").forEach(item -> note(item, items));
        node.path("rows").forEach(row -> note(row.path("object"), ""));
        if (node.has("object")) {
            note(node.path("object"), "");
        }
    }

    /// As it can be stored.
    ///
    /// @param kind where the object itself does not say it, as in lists
    ObjectNode stored(JsonNode recorded, String apiVersion, String kind) {
        var object = JsonMapper.shared().createObjectNode();
        object.put("apiVersion", recorded.path("apiVersion").asString(apiVersion));
        object.put("kind", recorded.path("kind").asString(kind));
        recorded.properties().forEach(p -> object.set(p.getKey(), value(p.getKey(), p.getValue())));
        var metadata = object.withObject("/metadata");
        metadata.remove("resourceVersion");
        if (metadata.path("managedFields") instanceof StringNode summary) {
            metadata.set("managedFields", writers(summary.asString(""), object));
        }
        return object;
    }

    /// A value of a request that is sent again.
    JsonNode value(String field, JsonNode recorded) {
        return switch (recorded) {
            case ObjectNode object -> {
                var copy = JsonMapper.shared().createObjectNode();
                object.properties()
                        .forEach(p -> copy.set(p.getKey(), value(p.getKey(), p.getValue())));
                yield copy;
            }
            case ArrayNode array -> list(field, array);
            case StringNode text -> StringNode.valueOf(text(field, text.asString("")));
            default -> recorded;
        };
    }

    private ArrayNode list(String field, ArrayNode array) {
        var copy = JsonMapper.shared().createArrayNode();
        for (var each : array) {
            if (!isCut(each)) {
                copy.add(value(field, each));
            } else if (field.equals("tolerations")) {
                // The two that every pod is given are the only list that was cut inside an object.
                copy.addObject()
                        .put("key", "node.kubernetes.io/unreachable")
                        .put("operator", "Exists")
                        .put("effect", "NoExecute")
                        .put("tolerationSeconds", 300);
            }
        }
        return copy;
    }

    /// Whether it stands for the rest of a list.
    static boolean isCut(JsonNode item) {
        return item instanceof StringNode text && text.asString("").startsWith("… ");
    }

    private String text(String field, String recorded) {
        if (recorded.startsWith("<uid-")) {
            return uids.computeIfAbsent(recorded, this::unknown);
        }
        if (recorded.equals("<time>")) {
            return switch (field) {
                case "renewTime", "acquireTime", "eventTime" -> THEN.replace("Z", ".000000Z");
                default -> THEN;
            };
        }
        return recorded.startsWith("<base64")
                ? "aGVsbG8="
                : recorded.replaceAll("<PEM CERTIFICATE>\\n?", root);
    }

    private String unknown(String placeholder) {
        return uid("transcript " + transcript, "", placeholder);
    }

    /// The managed fields of which the records only have the writers: each is said to own all of
    /// its part of the object.
    private static ArrayNode writers(String summary, ObjectNode object) {
        var all = new ArrayList<ObjectNode>();
        var found = WRITER.matcher(summary.replaceAll("[<>;]", " "));
        while (found.find()) {
            var part = found.group(3);
            var entry =
                    JsonMapper.shared()
                            .createObjectNode()
                            .put("manager", found.group(1))
                            .put("operation", found.group(2))
                            .put("apiVersion", object.path("apiVersion").asString(""))
                            .put("time", THEN)
                            .put("fieldsType", "FieldsV1");
            entry.set("fieldsV1", owned(object, "status".equals(part)));
            if (part != null) {
                entry.put("subresource", part);
            }
            all.add(entry);
        }
        // In the order in which the API keeps them.
        all.sort(
                Comparator.comparing((ObjectNode entry) -> entry.path("operation").asString(""))
                        .thenComparing(entry -> entry.path("manager").asString("")));
        var list = JsonMapper.shared().createArrayNode();
        all.forEach(list::add);
        return list;
    }

    /// As the API itself would note a creation.
    private static JsonNode owned(ObjectNode object, boolean status) {
        var apiVersion = object.path("apiVersion").asString("");
        var kind = object.path("kind").asString("");
        var served = KINDS.kind(apiVersion, kind);
        if (served == null) {
            return owned(object.path(status ? "status" : "spec"), status ? "f:status" : "f:spec");
        }
        var written = object.deepCopy();
        if (status) {
            written = JsonMapper.shared().createObjectNode();
            written.put("apiVersion", apiVersion).put("kind", kind);
            written.set("status", object.path("status"));
        } else {
            written.remove("status");
        }
        written.withObject("/metadata").remove("managedFields");
        ManagedFields.update(
                null,
                written,
                served.schema().type(),
                new ManagedFields.Write("it", apiVersion, status ? "status" : "", THEN));
        return written.path("metadata").path("managedFields").path(0).path("fieldsV1");
    }

    /// Of a kind that a definition made.
    private static ObjectNode owned(JsonNode part, String name) {
        var fields = JsonMapper.shared().createObjectNode();
        part.properties().forEach(p -> fields.withObject("/" + name).putObject("f:" + p.getKey()));
        return fields;
    }
}
