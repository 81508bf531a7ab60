package dev.serin.local.api.table;

import static dev.serin.local.api.table.Column.age;
import static dev.serin.local.api.table.Column.named;
import static dev.serin.local.api.table.Column.number;
import static dev.serin.local.api.table.Column.text;
import static dev.serin.local.api.table.Column.wide;

import dev.serin.config.Resource;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/// The columns of storage, of the network's rules, and of what limits a namespace.
final class ResourceTables {
    private static final String UNSET = "<unset>";
    private static final int HOSTS = 3;
    private static final int ADDRESS_WIDTH = 16;

    private static final List<Mode> MODES =
            List.of(
                    new Mode("ReadWriteOnce", "RWO"),
                    new Mode("ReadOnlyMany", "ROX"),
                    new Mode("ReadWriteMany", "RWX"),
                    new Mode("ReadWriteOncePod", "RWOP"));

    private ResourceTables() {}

    private record Mode(String name, String abbreviated) {}

    /// By family.
    static Map<String, List<Column>> all() {
        return Map.ofEntries(
                Map.entry("apiservices.apiregistration.k8s.io", apiServices()),
                Map.entry("scales.autoscaling", scales()),
                Map.entry("persistentvolumeclaims", claims()),
                Map.entry("persistentvolumes", volumes()),
                Map.entry("storageclasses.storage.k8s.io", storageClasses()),
                Map.entry("priorityclasses.scheduling.k8s.io", priorities()),
                Map.entry("ingresses.networking.k8s.io", ingresses()),
                Map.entry("ingressclasses.networking.k8s.io", ingressClasses()),
                Map.entry("networkpolicies.networking.k8s.io", policies()),
                Map.entry("resourcequotas", quotas()),
                Map.entry("limitranges", limits()),
                Map.entry("podtemplates", templates()));
    }

    private static String unset(JsonNode node, String field) {
        return node.has(field) ? node.path(field).asString("") : UNSET;
    }

    private static String phase(Resource resource) {
        return resource.metadata().has("deletionTimestamp")
                ? "Terminating"
                : resource.status().path("phase").asString("");
    }

    private static String modes(JsonNode modes) {
        var all = new ArrayList<String>();
        MODES.forEach(mode -> {
            for (var one : modes) {
                if (one.asString("").equals(mode.name) && !all.contains(mode.abbreviated)) {
                    all.add(mode.abbreviated);
                }
            }
        });
        return String.join(",", all);
    }

    private static List<Column> apiServices() {
        return List.of(
                named(),
                text("Service", "Who serves it.", _ -> "Local"),
                text("Available", "Whether it is served.", _ -> "True"),
                age());
    }

    private static List<Column> scales() {
        return List.of(
                named(),
                number("Desired", "Replicas wanted.", r -> Cells.count(r.spec(), "replicas")),
                number("Available", "Replicas there.", r -> Cells.count(r.status(), "replicas")),
                age());
    }

    private static List<Column> claims() {
        return List.of(
                named(),
                text("Status", "Whether it has a volume.", ResourceTables::phase),
                text("Volume", "Its volume.", r -> r.spec().path("volumeName").asString("")),
                text(
                        "Capacity",
                        "How large its volume is.",
                        r -> bound(r) ? r.status().at("/capacity/storage").asString("0") : ""),
                text(
                        "Access Modes",
                        "Who may write at once.",
                        r -> bound(r) ? modes(r.status().path("accessModes")) : ""),
                text(
                        "StorageClass",
                        "The sort of storage.",
                        r -> r.spec().path("storageClassName").asString("")),
                text(
                        "VolumeAttributesClass",
                        "The sort of its attributes.",
                        r -> unset(r.spec(), "volumeAttributesClassName")),
                age(),
                wide("VolumeMode", "Files or blocks.", r -> unset(r.spec(), "volumeMode")));
    }

    private static boolean bound(Resource claim) {
        return !claim.spec().path("volumeName").asString("").isEmpty();
    }

    private static List<Column> volumes() {
        return List.of(
                named(),
                text(
                        "Capacity",
                        "How large it is.",
                        r -> r.spec().at("/capacity/storage").asString("0")),
                text("Access Modes", "Who may write.", r -> modes(r.spec().path("accessModes"))),
                text(
                        "Reclaim Policy",
                        "What becomes of it without its claim.",
                        r -> r.spec().path("persistentVolumeReclaimPolicy").asString("")),
                text("Status", "Whether it has a claim.", ResourceTables::phase),
                text(
                        "Claim",
                        "Its claim.",
                        r -> {
                            var claim = r.spec().path("claimRef");
                            return claim.isObject()
                                    ? claim.path("namespace").asString("")
                                            + "/"
                                            + claim.path("name").asString("")
                                    : "";
                        }),
                text(
                        "StorageClass",
                        "The sort of storage.",
                        r -> r.spec().path("storageClassName").asString("")),
                text(
                        "VolumeAttributesClass",
                        "The sort of its attributes.",
                        r -> unset(r.spec(), "volumeAttributesClassName")),
                text("Reason", "Why it is so.", r -> r.status().path("reason").asString("")),
                age(),
                wide("VolumeMode", "Files or blocks.", r -> unset(r.spec(), "volumeMode")));
    }

    private static Column standard(String annotation) {
        return new Column(
                "Name",
                "string",
                "name",
                false,
                "The name; one is taken where none is named.",
                (r, _) ->
                        JsonNodeFactory.instance.stringNode(
                                "true".equals(r.annotations().get(annotation))
                                        ? r.name() + " (default)"
                                        : r.name()));
    }

    private static List<Column> storageClasses() {
        return List.of(
                standard("storageclass.kubernetes.io/is-default-class"),
                text("Provisioner", "Who makes it.", r -> field(r, "provisioner")),
                text(
                        "ReclaimPolicy",
                        "What becomes of a volume without its claim.",
                        r -> field(r, "reclaimPolicy")),
                text(
                        "VolumeBindingMode",
                        "When a claim gets its volume.",
                        r -> field(r, "volumeBindingMode")),
                new Column(
                        "AllowVolumeExpansion",
                        "string",
                        "",
                        false,
                        "Whether volumes may grow.",
                        (r, _) ->
                                JsonNodeFactory.instance.booleanNode(
                                        r.body().path("allowVolumeExpansion").asBoolean(false))),
                age());
    }

    private static String field(Resource resource, String field) {
        return resource.body().path(field).asString("");
    }

    private static List<Column> priorities() {
        return List.of(
                named(),
                number("Value", "How important.", r -> r.body().path("value").asLong(0)),
                new Column(
                        "Global-Default",
                        "boolean",
                        "",
                        false,
                        "Whether it is taken where none is named.",
                        (r, _) ->
                                JsonNodeFactory.instance.booleanNode(
                                        r.body().path("globalDefault").asBoolean(false))),
                age(),
                text("PreemptionPolicy", "Whom it may end.", r -> field(r, "preemptionPolicy")));
    }

    private static List<Column> ingresses() {
        return List.of(
                named(),
                text("Class", "Who looks after it.", r -> Cells.text(r.spec(), "ingressClassName")),
                text("Hosts", "Its hosts.", r -> hosts(r.spec().path("rules"))),
                text("Address", "Where it is reached.", ResourceTables::address),
                text("Ports", "Its ports.", r -> r.spec().path("tls").isEmpty() ? "80" : "80, 443"),
                age());
    }

    private static String hosts(JsonNode rules) {
        var hosts = new ArrayList<String>();
        var more = false;
        for (var rule : rules) {
            var host = rule.path("host").asString("");
            more |= hosts.size() == HOSTS;
            if (!more && !host.isEmpty()) {
                hosts.add(host);
            }
        }
        if (hosts.isEmpty()) {
            return "*";
        }
        return String.join(",", hosts) + (more ? " + " + (rules.size() - HOSTS) + " more..." : "");
    }

    private static String address(Resource ingress) {
        var all = new TreeSet<String>();
        for (var one : ingress.status().at("/loadBalancer/ingress")) {
            var ip = one.path("ip").asString("");
            all.add(ip.isEmpty() ? one.path("hostname").asString("") : ip);
        }
        var text = String.join(",", all);
        return text.length() > ADDRESS_WIDTH ? text.substring(0, ADDRESS_WIDTH - 3) + "..." : text;
    }

    private static List<Column> ingressClasses() {
        return List.of(
                standard("ingressclass.kubernetes.io/is-default-class"),
                text("Controller", "Who it is.", r -> r.spec().path("controller").asString("")),
                text(
                        "Parameters",
                        "Where it is told more.",
                        r -> {
                            var more = r.spec().path("parameters");
                            var group = more.path("apiGroup").asString("");
                            return more.isObject()
                                    ? more.path("kind").asString("")
                                            + (group.isEmpty() ? "" : "." + group)
                                            + "/"
                                            + more.path("name").asString("")
                                    : "<none>";
                        }),
                age());
    }

    private static List<Column> policies() {
        return List.of(
                named(),
                text(
                        "Pod-Selector",
                        "Labels of its pods.",
                        r -> Cells.selector(r.spec().path("podSelector"))),
                age());
    }

    private static List<Column> quotas() {
        return List.of(
                named(),
                text("Request", "Used of what may be asked for.", r -> used(r, false)),
                text("Limit", "Used of what may be the limit.", r -> used(r, true)),
                age());
    }

    private static String used(Resource quota, boolean limits) {
        var hard = quota.status().path("hard");
        var used = quota.status().path("used");
        return String.join(
                ", ",
                hard.propertyNames().stream()
                        .sorted()
                        .filter(name -> name.startsWith("limits.") == limits)
                        .map(name ->
                                name
                                        + ": "
                                        + used.path(name).asString("0")
                                        + "/"
                                        + hard.path(name).asString("0"))
                        .toList());
    }

    private static List<Column> limits() {
        return List.of(
                named(),
                new Column(
                        "Created At",
                        "date",
                        "",
                        false,
                        "When it was made.",
                        (r, _) ->
                                JsonNodeFactory.instance.stringNode(
                                        r.metadata().path("creationTimestamp").asString(""))));
    }

    private static List<Column> templates() {
        return List.of(
                named(),
                text(
                        "Containers",
                        "Names of its containers.",
                        r -> Cells.containers(r.body().at("/template/spec/containers"), "name")),
                text(
                        "Images",
                        "Images of its containers.",
                        r -> Cells.containers(r.body().at("/template/spec/containers"), "image")),
                text(
                        "Pod Labels",
                        "Labels of its pods.",
                        r -> {
                            var labels = Cells.labels(r.body().at("/template/metadata/labels"));
                            return labels.isEmpty() ? "<none>" : String.join(",", labels);
                        }));
    }
}
