package dev.serin.local.api.manage;

import dev.serin.config.schema.ObjectType;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/// What kubectl has applied by itself, which it may then apply by the server without a conflict.
final class LastApplied {
    static final String ANNOTATION = "kubectl.kubernetes.io/last-applied-configuration";

    private LastApplied() {}

    /// The fields that are still as they were applied then; none for another manager than kubectl.
    ///
    /// @param there the fields of `current`
    static Set<FieldPath> fields(
            ObjectNode current,
            ObjectType type,
            ManagedFields.Write write,
            Map<FieldPath, JsonNode> there) {
        var text = current.path("metadata").path("annotations").path(ANNOTATION).asString("");
        if (text.isEmpty() || !write.manager().equals("kubectl")) {
            return Set.of();
        }
        JsonNode applied;
        try {
            applied = JsonMapper.shared().readTree(text);
        } catch (JacksonException e) {
            return Set.of();
        }
        if (!(applied instanceof ObjectNode body)
                || !body.path("apiVersion").asString("").equals(write.apiVersion())) {
            return Set.of();
        }
        var same = new LinkedHashSet<FieldPath>();
        Fields.of(body, type)
                .forEach((path, value) -> {
                    if (value.equals(there.get(path))) {
                        same.add(path);
                    }
                });
        return same;
    }
}
