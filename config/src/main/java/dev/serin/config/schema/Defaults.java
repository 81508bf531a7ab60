package dev.serin.config.schema;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Fills in what a resource does not say, as Kubernetes does before it stores one. What depends on
/// the server (addresses, names, tokens) is the server's to fill in.
public final class Defaults {
    private Defaults() {}

    /// Changes the body, which nobody else may be reading.
    public static void fill(KindSchema schema, ObjectNode body) {
        object(schema.type(), body, "");
    }

    private static void object(ObjectType type, ObjectNode body, String owner) {
        special(type.name(), body);
        for (var field : type.fields()) {
            // Nobody but controllers writes a status, and they say all they mean.
            if (field.name().equals("status") && owner.isEmpty()) {
                continue;
            }
            var absent = field.absent();
            if (absent != null && (!body.has(field.name()) || body.path(field.name()).isNull())) {
                body.set(field.name(), absent.deepCopy());
            }
            value(field.type(), body.path(field.name()), type.name());
        }
    }

    private static void value(Type type, JsonNode value, String owner) {
        switch (type) {
            case ObjectType object -> {
                if (value instanceof ObjectNode body) {
                    object(object, body, owner);
                }
            }
            case Type.ListType list -> value.forEach(v -> value(list.element(), v, owner));
            case Type.MapType map -> value.forEach(v -> value(map.value(), v, owner));
            case Scalar _, Type.Words _ -> {}
        }
    }

    /// Defaults that follow from other fields.
    private static void special(String type, ObjectNode body) {
        switch (type) {
            case "Container" -> {
                if (body.path("imagePullPolicy").asString("").isEmpty()) {
                    body.put(
                            "imagePullPolicy",
                            isLatest(body.path("image").asString("")) ? "Always" : "IfNotPresent");
                }
            }
            case "DeploymentSpec" -> {
                if (!body.path("strategy").isObject()) {
                    body.putObject("strategy");
                }
            }
            case "DeploymentStrategy" -> rolling(body);
            case "ServicePort" -> {
                if (!body.path("targetPort").isValueNode() || body.path("targetPort").isNull()) {
                    body.set("targetPort", body.path("port").deepCopy());
                }
            }
            case "ServiceSpec" -> {
                if (!body.path("type").asString("").equals("ExternalName")
                        && !body.has("internalTrafficPolicy")) {
                    body.put("internalTrafficPolicy", "Cluster");
                }
            }
            case "PodSpec" -> account(body);
            default -> WorkloadDefaults.fill(type, body);
        }
    }

    private static void rolling(ObjectNode strategy) {
        if (strategy.path("type").asString("").isEmpty()) {
            strategy.put("type", "RollingUpdate");
        }
        if (!strategy.path("type").asString("").equals("RollingUpdate")) {
            return;
        }
        var rolling =
                strategy.path("rollingUpdate") instanceof ObjectNode there
                        ? there
                        : strategy.putObject("rollingUpdate");
        for (var share : new String[] {"maxUnavailable", "maxSurge"}) {
            if (!rolling.has(share)) {
                rolling.put(share, "25%");
            }
        }
    }

    /// The old name of the service account's field always says the same.
    private static void account(ObjectNode spec) {
        var name = spec.path("serviceAccountName").asString("");
        var old = spec.path("serviceAccount").asString("");
        if (!name.isEmpty()) {
            spec.put("serviceAccount", name);
        } else if (!old.isEmpty()) {
            spec.put("serviceAccountName", old);
        }
    }

    /// Whether an image has no tag and no digest, or the tag `latest`.
    private static boolean isLatest(String image) {
        if (image.contains("@")) {
            return false;
        }
        var name = image.substring(image.lastIndexOf('/') + 1);
        var colon = name.indexOf(':');
        return colon < 0 || name.substring(colon + 1).equals("latest");
    }
}
