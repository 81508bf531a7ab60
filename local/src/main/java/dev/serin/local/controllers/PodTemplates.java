package dev.serin.local.controllers;

import dev.serin.base.chance.Draw;
import dev.serin.config.Resource;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import java.util.List;

/// Makes pods from a template.
public final class PodTemplates {
    /// Without vowels, so that no word comes out.
    static final String LETTERS = "bcdfghjklmnpqrstvwxz2456789";

    private PodTemplates() {}

    /// A pod of `owner`'s, not stored yet.
    public static Resource pod(Resource owner, JsonNode template, String name) {
        var body = JsonNodeFactory.instance.objectNode();
        body.put("apiVersion", "v1").put("kind", "Pod");
        var metadata = body.putObject("metadata");
        metadata.put("name", name).put("namespace", owner.namespace());
        for (var field : List.of("labels", "annotations", "finalizers")) {
            if (template.path("metadata").has(field)) {
                metadata.set(field, template.path("metadata").path(field).deepCopy());
            }
        }
        Ownership.write(metadata, owner);
        body.set("spec", template.path("spec").deepCopy());
        return new Resource(Kinds.POD, body);
    }

    /// As [#pod] with a beginning of the name, of which the API is told too.
    public static Resource generated(Resource owner, JsonNode template, String prefix, Draw draw) {
        var pod = pod(owner, template, prefix + suffix(draw));
        ((ObjectNode) pod.metadata()).put("generateName", prefix);
        return pod;
    }

    private static String suffix(Draw draw) {
        var suffix = new StringBuilder();
        for (var i = 0; i < 5; i++) {
            suffix.append(LETTERS.charAt(draw.below(LETTERS.length())));
        }
        return suffix.toString();
    }
}
