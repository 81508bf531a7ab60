package dev.serin.local.api.access;

import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Roles and bindings that are there from the beginning, with the names and the meaning that they
/// have on a cluster; only for kinds that a mesh of one machine may have.
final class Defaults {
    private static final String READ = "get,list,watch";
    private static final String WRITE = "create,delete,deletecollection,patch,update";
    private static final String AGGREGATE = "rbac.authorization.k8s.io/aggregate-to-";

    /// One rule a line: the role, verbs, then groups (`core` for none) and resources, or `url` and
    /// paths.
    private static final List<String> RULES =
            List.of(
                    "cluster-admin * * *",
                    "cluster-admin * url *",
                    "system:discovery get url /api,/api/*,/apis,/apis/*,/healthz,/livez,/openapi,"
                            + "/openapi/*,/readyz,/version,/version/",
                    "system:public-info-viewer get url /healthz,/livez,/readyz,/version,/version/",
                    "system:basic-user create authorization.k8s.io"
                            + " selfsubjectaccessreviews,selfsubjectrulesreviews",
                    "system:basic-user create authentication.k8s.io selfsubjectreviews",
                    "system:auth-delegator create authentication.k8s.io tokenreviews",
                    "system:auth-delegator create authorization.k8s.io subjectaccessreviews",
                    view(
                            "core",
                            "configmaps,endpoints,persistentvolumeclaims,pods,serviceaccounts,services"),
                    view(
                            "core",
                            "events,limitranges,namespaces,pods/log,pods/status,resourcequotas,services/status"),
                    view("discovery.k8s.io", "endpointslices"),
                    view(
                            "apps",
                            "controllerrevisions,daemonsets,daemonsets/status,deployments,"
                                + "deployments/scale,deployments/status,replicasets,replicasets/scale,"
                                + "replicasets/status,statefulsets,statefulsets/scale,statefulsets/status"),
                    view("autoscaling", "horizontalpodautoscalers,horizontalpodautoscalers/status"),
                    view("batch", "cronjobs,cronjobs/status,jobs,jobs/status"),
                    view("extensions", "deployments,deployments/scale,deployments/status"),
                    view("policy", "poddisruptionbudgets,poddisruptionbudgets/status"),
                    view("metrics.k8s.io", "nodes,pods"),
                    view("networking.k8s.io", "ingresses,ingresses/status,networkpolicies"),
                    "system:aggregate-to-edit "
                            + READ
                            + " core"
                            + " pods/attach,pods/exec,pods/portforward,pods/proxy,secrets,services/proxy",
                    "system:aggregate-to-edit impersonate core serviceaccounts",
                    edit("core", "pods,pods/attach,pods/exec,pods/portforward,pods/proxy"),
                    "system:aggregate-to-edit create core pods/eviction",
                    edit(
                            "core",
                            "configmaps,events,persistentvolumeclaims,secrets,serviceaccounts,"
                                    + "services,services/proxy"),
                    "system:aggregate-to-edit create core serviceaccounts/token",
                    edit(
                            "apps",
                            "daemonsets,deployments,deployments/rollback,deployments/scale,"
                                + "replicasets,replicasets/scale,statefulsets,statefulsets/scale"),
                    edit("autoscaling", "horizontalpodautoscalers"),
                    edit("batch", "cronjobs,jobs"),
                    edit("extensions", "deployments,deployments/scale"),
                    edit("policy", "poddisruptionbudgets"),
                    edit("networking.k8s.io", "ingresses,networkpolicies"),
                    "system:aggregate-to-edit "
                            + READ
                            + ","
                            + WRITE
                            + " coordination.k8s.io leases",
                    "system:aggregate-to-admin create authorization.k8s.io"
                            + " localsubjectaccessreviews",
                    "system:aggregate-to-admin "
                            + READ
                            + ","
                            + WRITE
                            + " rbac.authorization.k8s.io rolebindings,roles");

    private Defaults() {}

    private static String view(String group, String resources) {
        return "system:aggregate-to-view " + READ + " " + group + " " + resources;
    }

    private static String edit(String group, String resources) {
        return "system:aggregate-to-edit " + WRITE + " " + group + " " + resources;
    }

    static List<ObjectNode> roles() {
        var all = new LinkedHashMap<String, ObjectNode>();
        for (var line : RULES) {
            var words = line.split(" ");
            var role = all.computeIfAbsent(words[0], Defaults::named);
            var rule = role.withArray("/rules").addObject();
            list(rule, "verbs", words[1]);
            if (words[2].equals("url")) {
                list(rule, "nonResourceURLs", words[3]);
            } else {
                list(rule, "apiGroups", words[2].equals("core") ? "" : words[2]);
                list(rule, "resources", words[3]);
            }
        }
        for (var part : List.of("admin", "edit", "view")) {
            label(all.get("system:aggregate-to-" + part), part);
            var role = named(part);
            role.withArray("/aggregationRule/clusterRoleSelectors")
                    .addObject()
                    .putObject("matchLabels")
                    .put(AGGREGATE + part, "true");
            role.putArray("rules");
            all.put(part, role);
        }
        label(all.get("edit"), "admin");
        label(all.get("view"), "edit");
        return new ArrayList<>(all.values());
    }

    private static void label(
            @org.jspecify.annotations.Nullable ObjectNode role, String aggregate) {
        if (role != null && role.path("metadata").path("labels") instanceof ObjectNode labels) {
            labels.put(AGGREGATE + aggregate, "true");
        }
    }

    static List<ObjectNode> bindings() {
        var everybody = List.of("system:authenticated");
        return Map.of(
                        "cluster-admin",
                        List.of("system:masters"),
                        "system:basic-user",
                        everybody,
                        "system:discovery",
                        everybody,
                        "system:public-info-viewer",
                        List.of("system:authenticated", "system:unauthenticated"))
                .entrySet()
                .stream()
                .map(e -> binding(e.getKey(), e.getValue()))
                .toList();
    }

    private static ObjectNode binding(String role, List<String> groups) {
        var body = named(role);
        body.putObject("roleRef")
                .put("apiGroup", Access.GROUP)
                .put("kind", "ClusterRole")
                .put("name", role);
        for (var group : groups) {
            body.withArray("/subjects")
                    .addObject()
                    .put("apiGroup", Access.GROUP)
                    .put("kind", "Group")
                    .put("name", group);
        }
        return body;
    }

    private static ObjectNode named(String name) {
        var body = JsonMapper.shared().createObjectNode();
        var metadata = body.putObject("metadata").put("name", name);
        metadata.putObject("labels").put("kubernetes.io/bootstrapping", "rbac-defaults");
        metadata.putObject("annotations")
                .put("rbac.authorization.kubernetes.io/autoupdate", "true");
        return body;
    }

    private static void list(ObjectNode rule, String field, String words) {
        var list = rule.putArray(field);
        // An empty word is the core group.
        for (var word : words.split(",", -1)) {
            list.add(word);
        }
    }
}
