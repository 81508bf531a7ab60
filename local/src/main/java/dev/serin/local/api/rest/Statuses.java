package dev.serin.local.api.rest;

import dev.serin.config.Resource;
import dev.serin.local.api.Refusal;

import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Kubernetes' Status, the answer that is not a resource.
final class Statuses {
    private Statuses() {}

    static ObjectNode of(Refusal refusal) {
        var status = empty().put("status", "Failure").put("message", refusal.getMessage());
        if (!refusal.reason().isEmpty()) {
            status.put("reason", refusal.reason());
        }
        var details = refusal.details();
        if (details != null) {
            status.set("details", details(details));
        }
        return status.put("code", refusal.code());
    }

    /// A resource has gone.
    static ObjectNode deleted(Resource resource) {
        var status = empty().put("status", "Success");
        var details = status.putObject("details").put("name", resource.name());
        if (!resource.kind().group().isEmpty()) {
            details.put("group", resource.kind().group());
        }
        details.put("kind", resource.kind().plural());
        details.put("uid", resource.uid());
        return status;
    }

    private static ObjectNode empty() {
        var status = JsonNodeFactory.instance.objectNode().put("kind", "Status");
        status.put("apiVersion", "v1").putObject("metadata");
        return status;
    }

    private static ObjectNode details(Refusal.Details details) {
        var node = JsonNodeFactory.instance.objectNode();
        put(node, "name", details.name());
        put(node, "group", details.group());
        put(node, "kind", details.kind());
        put(node, "uid", details.uid());
        if (!details.causes().isEmpty()) {
            var causes = node.putArray("causes");
            for (var cause : details.causes()) {
                var one = causes.addObject();
                put(one, "reason", cause.reason());
                put(one, "message", cause.message());
                put(one, "field", cause.field());
            }
        }
        if (details.retryAfterSeconds() > 0) {
            node.put("retryAfterSeconds", details.retryAfterSeconds());
        }
        return node;
    }

    private static void put(ObjectNode node, String field, String value) {
        if (!value.isEmpty()) {
            node.put(field, value);
        }
    }
}
