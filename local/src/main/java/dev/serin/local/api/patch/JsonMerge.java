package dev.serin.local.api.patch;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// RFC 7396: objects are merged, null removes, everything else replaces.
final class JsonMerge {
    private JsonMerge() {}

    static JsonNode merge(JsonNode target, JsonNode patch) {
        if (!(patch instanceof ObjectNode changes)) {
            return patch.deepCopy();
        }
        var out =
                target instanceof ObjectNode object
                        ? object.deepCopy()
                        : JsonNodeFactory.instance.objectNode();
        changes.properties()
                .forEach(p -> {
                    if (p.getValue().isNull()) {
                        out.remove(p.getKey());
                    } else {
                        out.set(p.getKey(), merge(out.path(p.getKey()), p.getValue()));
                    }
                });
        return out;
    }
}
