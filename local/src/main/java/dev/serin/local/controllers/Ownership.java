package dev.serin.local.controllers;

import dev.serin.config.Resource;
import dev.serin.config.ResourceKey;
import dev.serin.config.ResourceKind;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The ownerReferences of a resource: who made it and answers for it.
public final class Ownership {
    private Ownership() {}

    /// The name of the controller of that kind which owns `resource`; null if there is none.
    public static @Nullable ResourceKey controller(Resource resource, ResourceKind kind) {
        var reference = reference(resource);
        return reference != null && reference.path("kind").asString("").equals(kind.kind())
                ? Kinds.key(kind, resource.namespace(), reference.path("name").asString(""))
                : null;
    }

    public static boolean ownedBy(Resource resource, Resource owner) {
        var reference = reference(resource);
        return reference != null && reference.path("uid").asString("").equals(owner.uid());
    }

    public static boolean orphan(Resource resource) {
        return reference(resource) == null;
    }

    /// Writes `owner` into the metadata as the one that controls.
    public static void write(ObjectNode metadata, Resource owner) {
        var references = JsonNodeFactory.instance.arrayNode();
        for (var old : metadata.path("ownerReferences")) {
            references.add(old);
        }
        references
                .addObject()
                .put("apiVersion", owner.kind().apiVersion())
                .put("kind", owner.kind().kind())
                .put("name", owner.name())
                .put("uid", owner.uid())
                .put("controller", true)
                .put("blockOwnerDeletion", true);
        metadata.set("ownerReferences", references);
    }

    private static @Nullable JsonNode reference(Resource resource) {
        for (var reference : resource.metadata().path("ownerReferences")) {
            if (reference.path("controller").asBoolean(false)) {
                return reference;
            }
        }
        return null;
    }
}
