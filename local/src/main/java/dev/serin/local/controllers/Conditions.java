package dev.serin.local.controllers;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/// The list of conditions in a status, one of each type. Owned by whoever builds the status.
public final class Conditions {
    private final ArrayNode list = JsonNodeFactory.instance.arrayNode();
    private final String now;

    /// A copy of those in `status`, to be changed at `now`.
    public Conditions(JsonNode status, Instant now) {
        status.path("conditions").forEach(c -> list.add(c.deepCopy()));
        this.now = now.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /// Its lastTransitionTime moves only when the value does. Answers the condition.
    public ObjectNode set(String type, boolean value, String reason, String message) {
        return set(type, value ? "True" : "False", reason, message);
    }

    public ObjectNode set(String type, String value, String reason, String message) {
        var condition = get(type);
        if (condition == null) {
            condition = list.addObject().put("type", type);
        }
        if (!condition.path("status").asString("").equals(value)) {
            condition.put("status", value).put("lastTransitionTime", now);
        }
        return condition.put("reason", reason).put("message", message);
    }

    public void remove(String type) {
        for (var i = list.size() - 1; i >= 0; i--) {
            if (list.get(i).path("type").asString("").equals(type)) {
                list.remove(i);
            }
        }
    }

    public @Nullable ObjectNode get(String type) {
        for (var condition : list) {
            if (condition.path("type").asString("").equals(type)) {
                return (ObjectNode) condition;
            }
        }
        return null;
    }

    public void writeTo(ObjectNode status) {
        if (list.isEmpty()) {
            status.remove("conditions");
        } else {
            status.set("conditions", list);
        }
    }
}
