package dev.serin.local.node;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;
import dev.serin.config.Resource;

import tools.jackson.databind.JsonNode;

/// Whom a container runs as, by its own and its pod's securityContext.
final class ContainerUser {
    private ContainerUser() {}

    /// `uid:gid`, empty for the image's own, which is root.
    ///
    /// @throws ProblemException in the kubelet's words, if it must not be root and would be
    static String of(Resource pod, JsonNode container) {
        var own = container.path("securityContext");
        var shared = pod.spec().path("securityContext");
        var uid = one("runAsUser", own, shared);
        if (one("runAsNonRoot", own, shared).asBoolean(false) && uid.asLong(0) == 0) {
            throw new ProblemException(
                    Problem.of(
                            "Error",
                            (uid.isNumber()
                                            ? "container's runAsUser breaks non-root policy"
                                            : "container has runAsNonRoot and image will run as"
                                                    + " root")
                                    + " (pod: \"%s_%s(%s)\", container: %s)"
                                            .formatted(
                                                    pod.name(),
                                                    pod.namespace(),
                                                    pod.uid(),
                                                    container.path("name").asString("")),
                            "set securityContext.runAsUser to a user that is not 0"));
        }
        return uid.isNumber() ? uid.asLong() + ":" + one("runAsGroup", own, shared).asLong(0) : "";
    }

    private static JsonNode one(String field, JsonNode own, JsonNode shared) {
        return own.has(field) ? own.path(field) : shared.path(field);
    }
}
