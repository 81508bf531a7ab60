package dev.serin.local.controllers.batch;

import dev.serin.config.Resource;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;

/// What the podFailurePolicy of a Job makes of a failed pod; the first rule that fits decides.
final class FailurePolicy {
    private FailurePolicy() {}

    /// @param action FailJob, FailIndex, Ignore or Count
    /// @param message for the Job's condition
    record Verdict(String action, String message) {}

    private static final Verdict COUNT = new Verdict("Count", "");

    static Verdict of(JsonNode spec, Resource pod) {
        var rules = spec.path("podFailurePolicy").path("rules");
        for (var i = 0; i < rules.size(); i++) {
            var rule = rules.path(i);
            var why = why(rule, pod);
            if (why != null) {
                return new Verdict(
                        rule.path("action").asString("Count"),
                        why
                                + " matching "
                                + rule.path("action").asString("")
                                + " rule at index "
                                + i);
            }
        }
        return COUNT;
    }

    private static @Nullable String why(JsonNode rule, Resource pod) {
        var codes = rule.path("onExitCodes");
        if (codes.isObject()) {
            for (var list : new String[] {"initContainerStatuses", "containerStatuses"}) {
                for (var container : pod.status().path(list)) {
                    var name = container.path("name").asString("");
                    var wanted = codes.path("containerName").asString(name);
                    var code = container.at("/state/terminated/exitCode");
                    if (wanted.equals(name) && fits(codes, code)) {
                        return "Container "
                                + name
                                + " for pod "
                                + pod.namespace()
                                + "/"
                                + pod.name()
                                + " failed with exit code "
                                + code.asInt(0);
                    }
                }
            }
        }
        for (var pattern : rule.path("onPodConditions")) {
            for (var condition : pod.status().path("conditions")) {
                if (condition.path("type").equals(pattern.path("type"))
                        && condition.path("status").equals(pattern.path("status"))) {
                    return "Pod "
                            + pod.namespace()
                            + "/"
                            + pod.name()
                            + " has condition "
                            + pattern.path("type").asString("");
                }
            }
        }
        return null;
    }

    private static boolean fits(JsonNode codes, JsonNode code) {
        if (!code.isNumber() || code.asInt(0) == 0) {
            return false;
        }
        var among = false;
        for (var value : codes.path("values")) {
            among |= value.asInt(0) == code.asInt(0);
        }
        return codes.path("operator").asString("").equals("In") == among;
    }
}
