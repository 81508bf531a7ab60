package dev.serin.local.api.rule;

import dev.serin.config.Resource;
import dev.serin.local.api.Refusal.Cause;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.List;

/// What can't be changed once it is there.
final class Fixed {
    private static final List<String> CHANGEABLE =
            List.of(
                    "activeDeadlineSeconds",
                    "tolerations",
                    "terminationGracePeriodSeconds",
                    "schedulingGates");

    private Fixed() {}

    static void check(String family, ObjectNode body, Resource old, List<Cause> causes) {
        switch (family) {
            case "deployments.apps", "replicasets.apps" -> {
                var selector = body.path("spec").path("selector");
                if (!selector.equals(old.spec().path("selector"))) {
                    causes.add(immutable("spec.selector", selector));
                }
            }
            case "configmaps", "secrets" -> {
                if (old.body().path("immutable").asBoolean(false)
                        && !(body.path("data").equals(old.body().path("data"))
                                && body.path("immutable").asBoolean(false))) {
                    causes.add(
                            new Cause(
                                    "FieldValueForbidden",
                                    "Forbidden: field is immutable when `immutable` is set",
                                    "data"));
                }
            }
            case "pods" -> pod(body, old, causes);
            case "services" -> service(body, old, causes);
            default -> {}
        }
    }

    private static Cause immutable(String field, JsonNode found) {
        return new Cause(
                "FieldValueInvalid", "Invalid value: " + found + ": field is immutable", field);
    }

    /// A Service keeps its address as long as it has one.
    private static void service(ObjectNode body, Resource old, List<Cause> causes) {
        var had = old.spec().path("clusterIP").asString("");
        var has = body.path("spec").path("clusterIP").asString("");
        if (!had.isEmpty()
                && !has.isEmpty()
                && !had.equals(has)
                && !body.path("spec").path("type").asString("").equals("ExternalName")) {
            causes.add(
                    new Cause(
                            "FieldValueInvalid",
                            "Invalid value: [\"" + has + "\"]: may not change once set",
                            "spec.clusterIPs[0]"));
        }
    }

    /// Images may change, and the scheduler may name the node.
    private static void pod(ObjectNode body, Resource old, List<Cause> causes) {
        if (body.path("spec").path("containers").size() != old.spec().path("containers").size()) {
            causes.add(
                    new Cause(
                            "FieldValueForbidden",
                            "Forbidden: pod updates may not add or remove containers",
                            "spec.containers"));
            return;
        }
        var before = changeless(old.spec().deepCopy());
        var after = changeless(body.path("spec").deepCopy());
        if (before instanceof ObjectNode was
                && after instanceof ObjectNode is
                && Rules.isBlank(was, "nodeName")) {
            was.remove("nodeName");
            is.remove("nodeName");
        }
        if (!before.equals(after)) {
            causes.add(
                    new Cause(
                            "FieldValueForbidden",
                            "Forbidden: pod updates may not change fields other than"
                                    + " `spec.containers[*].image`,`spec.initContainers[*].image`,"
                                    + "`spec.activeDeadlineSeconds`,`spec.tolerations` (only"
                                    + " additions to existing tolerations),"
                                    + "`spec.terminationGracePeriodSeconds` (allow it to be set to"
                                    + " 1 if it was previously negative)",
                            "spec"));
        }
    }

    private static JsonNode changeless(JsonNode spec) {
        if (spec instanceof ObjectNode object) {
            CHANGEABLE.forEach(object::remove);
            for (var list : List.of("containers", "initContainers")) {
                for (var container : object.path(list)) {
                    ((ObjectNode) container).remove("image");
                }
            }
            object.remove("ephemeralContainers");
        }
        return spec;
    }
}
