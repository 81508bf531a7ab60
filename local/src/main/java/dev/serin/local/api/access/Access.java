package dev.serin.local.api.access;

import dev.serin.config.Resource;
import dev.serin.config.ResourceKey;
import dev.serin.local.api.Authorizer;
import dev.serin.local.api.Caller;
import dev.serin.local.store.Store;

import tools.jackson.databind.JsonNode;

import java.util.ArrayList;
import java.util.List;

/// Decides by the roles that are bound to a caller, as they are stored at that moment. Any thread.
public final class Access implements Authorizer {
    static final String GROUP = "rbac.authorization.k8s.io";
    static final String ROLES = "roles." + GROUP;
    static final String CLUSTER_ROLES = "clusterroles." + GROUP;
    static final String BINDINGS = "rolebindings." + GROUP;
    static final String CLUSTER_BINDINGS = "clusterrolebindings." + GROUP;

    private final Store store;

    public Access(Store store) {
        this.store = store;
    }

    /// What a caller has, and from where.
    private record Bound(Resource binding, List<Rule> rules) {}

    /// Rules that hold, and roles that are bound but not there.
    private record Held(List<Bound> bound, List<String> problems) {}

    @Override
    public boolean allows(Caller caller, Attributes what) {
        return caller.isAdmin()
                || held(caller, what.namespace()).bound.stream()
                        .anyMatch(b -> b.rules.stream().anyMatch(r -> r.allows(what)));
    }

    @Override
    public String reason(Caller caller, Attributes what) {
        var held = held(caller, what.namespace());
        for (var bound : held.bound) {
            if (!caller.isAdmin() && bound.rules.stream().anyMatch(r -> r.allows(what))) {
                return "RBAC: allowed by " + title(bound.binding, caller);
            }
        }
        return held.problems.isEmpty() || caller.isAdmin()
                ? ""
                : "rbac: RBAC: "
                        + (held.problems.size() == 1
                                ? held.problems.getFirst()
                                : "[" + String.join(", ", held.problems) + "]");
    }

    @Override
    public List<JsonNode> rules(Caller caller, String namespace) {
        var all = new ArrayList<JsonNode>();
        for (var binding : bindings(caller, namespace)) {
            role(binding).path("rules").forEach(all::add);
        }
        return all;
    }

    /// What a caller may do in a namespace; empty for what is of the whole cluster.
    List<Rule> held(Caller caller, List<String> problems, String namespace) {
        var held = held(caller, namespace);
        problems.addAll(held.problems);
        return held.bound.stream().flatMap(b -> b.rules.stream()).toList();
    }

    private Held held(Caller caller, String namespace) {
        var held = new Held(new ArrayList<>(), new ArrayList<>());
        for (var binding : bindings(caller, namespace)) {
            var role = role(binding);
            if (role.isMissingNode()) {
                var reference = binding.body().path("roleRef");
                held.problems.add(
                        (isClusterRole(reference) ? "clusterrole." : "role.")
                                + GROUP
                                + " \""
                                + reference.path("name").asString("")
                                + "\" not found");
            }
            held.bound.add(new Bound(binding, Rule.of(role.path("rules"))));
        }
        return held;
    }

    /// Those of the cluster first.
    private List<Resource> bindings(Caller caller, String namespace) {
        var all = new ArrayList<Resource>();
        for (var binding : store.list(CLUSTER_BINDINGS, null).resources()) {
            if (isAbout(binding, caller)) {
                all.add(binding);
            }
        }
        if (!namespace.isEmpty()) {
            for (var binding : store.list(BINDINGS, namespace).resources()) {
                if (isAbout(binding, caller)) {
                    all.add(binding);
                }
            }
        }
        return all;
    }

    private static boolean isAbout(Resource binding, Caller caller) {
        for (var subject : binding.body().path("subjects")) {
            if (isAbout(subject, binding.namespace(), caller)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isAbout(JsonNode subject, String namespace, Caller caller) {
        var name = subject.path("name").asString("");
        return switch (subject.path("kind").asString("")) {
            case "User" -> name.equals(caller.name());
            case "Group" -> caller.groups().contains(name);
            case "ServiceAccount" ->
                    caller.name()
                            .equals(
                                    "system:serviceaccount:"
                                            + subject.path("namespace").asString(namespace)
                                            + ":"
                                            + name);
            default -> false;
        };
    }

    private static boolean isClusterRole(JsonNode reference) {
        return reference.path("kind").asString("").equals("ClusterRole");
    }

    private JsonNode role(Resource binding) {
        var reference = binding.body().path("roleRef");
        return role(reference, binding.namespace());
    }

    /// The body of the role that is meant; missing when there is none.
    JsonNode role(JsonNode reference, String namespace) {
        var name = reference.path("name").asString("");
        var key =
                isClusterRole(reference)
                        ? new ResourceKey(CLUSTER_ROLES, "", name)
                        : new ResourceKey(ROLES, namespace, name);
        var role = store.get(key);
        return role == null ? tools.jackson.databind.node.MissingNode.getInstance() : role.body();
    }

    /// `RoleBinding "x/demo" of Role "y" to User "bob"`.
    private static String title(Resource binding, Caller caller) {
        var reference = binding.body().path("roleRef");
        var subject = "";
        for (var one : binding.body().path("subjects")) {
            if (subject.isEmpty() && isAbout(one, binding.namespace(), caller)) {
                var kind = one.path("kind").asString("");
                var name = one.path("name").asString("");
                subject =
                        kind
                                + " \""
                                + (kind.equals("ServiceAccount")
                                        ? name + "/" + one.path("namespace").asString("")
                                        : name)
                                + '"';
            }
        }
        return binding.kind().kind()
                + " \""
                + binding.name()
                + (binding.namespace().isEmpty() ? "" : "/" + binding.namespace())
                + "\" of "
                + reference.path("kind").asString("")
                + " \""
                + reference.path("name").asString("")
                + "\" to "
                + subject;
    }
}
