package dev.serin.local.api.write;

import dev.serin.config.Resource;
import dev.serin.config.ResourceKey;
import dev.serin.local.api.Refusal;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/// The rules of going away: at once, after a pod's grace period, or when the last finalizer is
/// gone.
final class Deletion {
    private static final String ORPHAN = "orphan";
    private static final String DEFINITIONS = "customresourcedefinitions.apiextensions.k8s.io";
    private static final String FOREGROUND = "foregroundDeletion";

    private Deletion() {}

    /// The state after a request to delete, null when it is gone.
    static @Nullable Resource begin(Resource current, DeleteOptions options, Instant now) {
        if (!options.uid().isEmpty() && !options.uid().equals(current.uid())) {
            throw unmet(current, "UID", options.uid(), current.uid(), "deleted and then recreated");
        }
        if (!options.resourceVersion().isEmpty()
                && !options.resourceVersion().equals(current.resourceVersion())) {
            throw unmet(
                    current,
                    "ResourceVersion",
                    options.resourceVersion(),
                    current.resourceVersion(),
                    "modified");
        }
        var key = current.key();
        var body = current.body().deepCopy();
        var metadata = body.withObject("/metadata");
        await(metadata, options.propagation());
        if (key.family().equals(DEFINITIONS) && !metadata.has("deletionTimestamp")) {
            // Its resources go first.
            metadata.withArray("/finalizers").add("customresourcecleanup.apiextensions.k8s.io");
        }
        var grace = grace(current, options);
        var waits = grace > 0 || !isEmpty(metadata, "finalizers") || isHeldNamespace(key, body);
        if (!waits) {
            return null;
        }
        var begun = metadata.has("deletionTimestamp");
        var shorter = begun && grace < metadata.path("deletionGracePeriodSeconds").asInt(0);
        if (!begun || shorter) {
            var end = now.plusSeconds(grace).truncatedTo(ChronoUnit.SECONDS);
            metadata.put("deletionTimestamp", end.toString());
            // These two are deleted in a way of their own.
            var plain = !key.family().equals("namespaces") && !key.family().equals(DEFINITIONS);
            if (plain) {
                metadata.put("deletionGracePeriodSeconds", grace);
            }
            if (plain && !begun && metadata.has("generation")) {
                metadata.put("generation", metadata.path("generation").asLong() + 1);
            }
        }
        if (isHeldNamespace(key, body)) {
            body.withObject("/status").put("phase", "Terminating");
        }
        return body.equals(current.body()) ? current : new Resource(current.kind(), body);
    }

    /// What is gone as its deletion is answered: a pod has had a grace period, if only of nothing.
    static Resource last(Resource gone, Instant now) {
        if (!gone.kind().family().equals("pods")) {
            return gone;
        }
        var body = gone.body().deepCopy();
        var metadata = body.withObject("/metadata");
        if (!metadata.has("deletionTimestamp")) {
            metadata.put("deletionTimestamp", now.truncatedTo(ChronoUnit.SECONDS).toString());
            metadata.put("generation", metadata.path("generation").asLong(0) + 1);
        }
        metadata.put("deletionGracePeriodSeconds", 0);
        return new Resource(gone.kind(), body);
    }

    /// Whether an update has taken away the last thing that a deleted resource waited for.
    static boolean isOver(Resource next) {
        return next.metadata().has("deletionTimestamp")
                && next.metadata().path("deletionGracePeriodSeconds").asInt(0) == 0
                && isEmpty(next.metadata(), "finalizers")
                && !isHeldNamespace(next.key(), next.body());
    }

    private static int grace(Resource current, DeleteOptions options) {
        if (!current.kind().family().equals("pods")) {
            return 0;
        }
        var phase = current.status().path("phase").asString("");
        if (current.spec().path("nodeName").asString("").isEmpty()
                || phase.equals("Succeeded")
                || phase.equals("Failed")) {
            return 0;
        }
        var asked = options.graceSeconds();
        return asked != null
                ? Math.max(0, asked)
                : current.spec().path("terminationGracePeriodSeconds").asInt(30);
    }

    private static void await(ObjectNode metadata, DeleteOptions.Propagation propagation) {
        if (metadata.has("deletionTimestamp")
                || propagation == DeleteOptions.Propagation.BACKGROUND) {
            return;
        }
        ArrayNode finalizers = metadata.withArray("/finalizers");
        finalizers.add(propagation == DeleteOptions.Propagation.ORPHAN ? ORPHAN : FOREGROUND);
    }

    private static boolean isHeldNamespace(ResourceKey key, ObjectNode body) {
        return key.family().equals("namespaces") && !body.path("spec").path("finalizers").isEmpty();
    }

    private static boolean isEmpty(tools.jackson.databind.JsonNode node, String field) {
        return node.path(field).isEmpty();
    }

    /// By the kind's name, where other conflicts name the resource, as Kubernetes has it.
    private static Refusal unmet(
            Resource current, String what, String asked, String found, String become) {
        var kind = current.kind();
        var named = kind.group().isEmpty() ? kind.kind() : kind.kind() + "." + kind.group();
        return Refusal.conflict(
                new ResourceKey(named, current.namespace(), current.name()),
                "the %s in the precondition (%s) does not match the %s in record (%s). The object might have been %s"
                        .formatted(what, asked, what, found, become));
    }
}
