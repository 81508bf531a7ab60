package dev.serin.local.api.access;

import dev.serin.config.Resource;
import dev.serin.local.api.Authorizer.Attributes;
import dev.serin.local.api.Caller;
import dev.serin.local.api.Refusal;
import dev.serin.local.api.Refusal.Cause;
import dev.serin.local.api.kind.ServedKind;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import java.util.ArrayList;
import java.util.List;

/// What is asked of roles and bindings: their form, and that nobody hands out more than they have.
/// In Kubernetes' words.
public final class Grants {
    private final Access access;

    public Grants(Access access) {
        this.access = access;
    }

    /// Whether this is about kinds of the group.
    public static boolean isAbout(ServedKind served) {
        return served.kind().group().equals(Access.GROUP) && !served.schema().custom();
    }

    /// Groups that follow from kinds, and rules that nobody has written.
    public static void fill(ServedKind served, ObjectNode body) {
        if (served.kind().plural().endsWith("roles") && !body.has("rules")) {
            body.putNull("rules");
        }
        if (body.path("roleRef") instanceof ObjectNode reference) {
            blank(reference, Access.GROUP);
        }
        for (var subject : body.path("subjects")) {
            if (subject instanceof ObjectNode object
                    && List.of("User", "Group").contains(object.path("kind").asString(""))) {
                blank(object, Access.GROUP);
            }
        }
    }

    private static void blank(ObjectNode object, String group) {
        if (object.path("apiGroup").asString("").isEmpty()) {
            object.put("apiGroup", group);
        }
    }

    /// @param old null for a creation
    public static void check(
            ServedKind served, ObjectNode body, @Nullable Resource old, List<Cause> causes) {
        switch (served.kind().kind()) {
            case "Role", "ClusterRole" -> rules(body, served.kind().namespaced(), causes);
            default -> binding(body, old, served.kind().namespaced(), causes);
        }
    }

    private static void rules(ObjectNode body, boolean namespaced, List<Cause> causes) {
        var rules = body.path("rules");
        for (var i = 0; i < rules.size(); i++) {
            var rule = rules.get(i);
            var path = "rules[" + i + "].";
            if (rule.has("verbs") && rule.path("verbs").isEmpty()) {
                required(path + "verbs", "", causes);
            }
            var urls = rule.path("nonResourceURLs");
            if (!urls.isEmpty()) {
                if (namespaced) {
                    bad(
                            path + "nonResourceURLs",
                            urls,
                            "namespaced rules cannot apply to non-resource URLs",
                            causes);
                } else if (!rule.path("apiGroups").isEmpty()
                        || !rule.path("resources").isEmpty()
                        || !rule.path("resourceNames").isEmpty()) {
                    bad(
                            path + "nonResourceURLs",
                            urls,
                            "rules cannot apply to both regular resources and non-resource URLs",
                            causes);
                }
                continue;
            }
            if (rule.path("apiGroups").isEmpty()) {
                required(
                        path + "apiGroups",
                        "resource rules must supply at least one api group",
                        causes);
            }
            if (rule.path("resources").isEmpty()) {
                required(
                        path + "resources",
                        "resource rules must supply at least one resource",
                        causes);
            }
        }
    }

    private static void binding(
            ObjectNode body, @Nullable Resource old, boolean namespaced, List<Cause> causes) {
        var reference = body.path("roleRef");
        var kinds = namespaced ? List.of("Role", "ClusterRole") : List.of("ClusterRole");
        word("roleRef.apiGroup", reference.path("apiGroup"), List.of(Access.GROUP), causes);
        word("roleRef.kind", reference.path("kind"), kinds, causes);
        if (reference.path("name").asString("").isEmpty()) {
            required("roleRef.name", "", causes);
        }
        var subjects = body.path("subjects");
        for (var i = 0; i < subjects.size(); i++) {
            subject(subjects.get(i), "subjects[" + i + "].", namespaced, causes);
        }
        if (old != null && !old.body().path("roleRef").equals(reference)) {
            // A real API names its own structure's fields.
            var found = JsonNodeFactory.instance.objectNode();
            found.set("APIGroup", reference.path("apiGroup"));
            found.set("Kind", reference.path("kind"));
            found.set("Name", reference.path("name"));
            bad("roleRef", found, "field is immutable", causes);
        }
    }

    private static void subject(
            JsonNode subject, String path, boolean namespaced, List<Cause> causes) {
        if (subject.path("name").asString("").isEmpty()) {
            required(path + "name", "", causes);
        }
        switch (subject.path("kind").asString("")) {
            case "ServiceAccount" -> {
                if (!subject.path("apiGroup").asString("").isEmpty()) {
                    word(path + "apiGroup", subject.path("apiGroup"), List.of(""), causes);
                }
                if (!namespaced && subject.path("namespace").asString("").isEmpty()) {
                    required(path + "namespace", "", causes);
                }
            }
            case "User", "Group" ->
                    word(
                            path + "apiGroup",
                            subject.path("apiGroup"),
                            List.of(Access.GROUP),
                            causes);
            default ->
                    word(
                            path + "kind",
                            subject.path("kind"),
                            List.of("ServiceAccount", "User", "Group"),
                            causes);
        }
    }

    private static void word(String path, JsonNode found, List<String> words, List<Cause> causes) {
        if (!words.contains(found.asString(""))) {
            causes.add(
                    new Cause(
                            "FieldValueNotSupported",
                            "Unsupported value: \""
                                    + found.asString("")
                                    + "\": supported values: "
                                    + String.join(
                                            ", ", words.stream().map(w -> '"' + w + '"').toList()),
                            path));
        }
    }

    private static void required(String path, String why, List<Cause> causes) {
        causes.add(
                new Cause(
                        "FieldValueRequired",
                        "Required value" + (why.isEmpty() ? "" : ": " + why),
                        path));
    }

    private static void bad(String path, JsonNode found, String why, List<Cause> causes) {
        causes.add(new Cause("FieldValueInvalid", "Invalid value: " + found + ": " + why, path));
    }

    /// That the caller has what it hands out, or may hand out what it has not.
    ///
    /// @throws Refusal 403
    public void authorize(
            Caller caller, ServedKind served, ObjectNode body, @Nullable Resource old) {
        if (caller.isAdmin()) {
            return;
        }
        var namespace = body.path("metadata").path("namespace").asString("");
        var name = body.path("metadata").path("name").asString("");
        List<Rule> wanted;
        switch (served.kind().kind()) {
            case "Role", "ClusterRole" -> {
                if (old != null
                        && old.body().path("rules").equals(body.path("rules"))
                        && old.body()
                                .path("aggregationRule")
                                .equals(body.path("aggregationRule"))) {
                    return;
                }
                if (may(caller, "escalate", served.kind().plural(), namespace, name)) {
                    return;
                }
                wanted = given(body);
            }
            default -> {
                if (old != null
                        && old.body().path("subjects").equals(body.path("subjects"))
                        && old.body().path("roleRef").equals(body.path("roleRef"))) {
                    return;
                }
                var reference = body.path("roleRef");
                var plural =
                        reference.path("kind").asString("").equals("Role")
                                ? "roles"
                                : "clusterroles";
                var role = reference.path("name").asString("");
                if (may(caller, "bind", plural, namespace, role)) {
                    return;
                }
                var found = access.role(reference, namespace);
                if (found.isMissingNode()) {
                    throw Refusal.notFound(
                            new dev.serin.config.ResourceKey(
                                    plural + "." + Access.GROUP, namespace, role));
                }
                wanted = Rule.of(found.path("rules"));
            }
        }
        var problems = new ArrayList<String>();
        var has = access.held(caller, problems, namespace);
        var missing =
                wanted.stream()
                        .flatMap(r -> r.single().stream())
                        .filter(r -> has.stream().noneMatch(h -> h.covers(r)))
                        .toList();
        if (!missing.isEmpty()) {
            throw refused(caller, served, name, missing, problems);
        }
    }

    /// What a role gives, now and ever.
    private static List<Rule> given(ObjectNode role) {
        var rules = new ArrayList<>(Rule.of(role.path("rules")));
        if (role.path("aggregationRule").isObject()) {
            // Whatever its parts may become.
            var all = List.of("*");
            rules.add(new Rule(all, all, all, List.of(), List.of()));
            rules.add(new Rule(all, List.of(), List.of(), List.of(), all));
        }
        return rules;
    }

    private boolean may(Caller caller, String verb, String plural, String namespace, String name) {
        return access.allows(
                caller, new Attributes(verb, Access.GROUP, "*", plural, "", namespace, name, ""));
    }

    private static Refusal refused(
            Caller caller,
            ServedKind served,
            String name,
            List<Rule> missing,
            List<String> problems) {
        return new Refusal(
                403,
                "Forbidden",
                served.kind().family()
                        + " \""
                        + name
                        + "\" is forbidden: user \""
                        + caller.name()
                        + "\" (groups="
                        + Rule.quoted(caller.groups())
                        + ") is attempting to grant RBAC permissions not currently held:\n"
                        + String.join("\n", Rule.text(missing))
                        + (problems.isEmpty()
                                ? ""
                                : "; resolution errors: [" + String.join(", ", problems) + "]"),
                new Refusal.Details(
                        name, served.kind().group(), served.kind().plural(), "", List.of(), 0));
    }
}
