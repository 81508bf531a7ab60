package dev.serin.local.api.table;

import static dev.serin.local.api.table.Column.age;
import static dev.serin.local.api.table.Column.counted;
import static dev.serin.local.api.table.Column.named;
import static dev.serin.local.api.table.Column.number;
import static dev.serin.local.api.table.Column.text;
import static dev.serin.local.api.table.Column.timed;
import static dev.serin.local.api.table.Column.wide;

import dev.serin.config.Resource;
import dev.serin.local.api.kind.ServedKind;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The columns of one kind's table. Immutable.
public final class Tables {
    private static final Tables PLAIN = new Tables(List.of(named(), age()));

    private static final Map<String, Tables> KINDS =
            Map.ofEntries(
                    Map.entry("pods", pods()),
                    Map.entry("deployments.apps", deployments()),
                    Map.entry("replicasets.apps", replicaSets()),
                    Map.entry("replicationcontrollers", replicaSets()),
                    Map.entry("services", services()),
                    Map.entry("endpoints", endpoints()),
                    Map.entry("endpointslices.discovery.k8s.io", slices()),
                    Map.entry("namespaces", namespaces()),
                    Map.entry("roles.rbac.authorization.k8s.io", AccessCells.roles()),
                    Map.entry("clusterroles.rbac.authorization.k8s.io", AccessCells.roles()),
                    Map.entry("rolebindings.rbac.authorization.k8s.io", AccessCells.bindings()),
                    Map.entry(
                            "clusterrolebindings.rbac.authorization.k8s.io",
                            AccessCells.bindings()),
                    Map.entry(
                            "customresourcedefinitions.apiextensions.k8s.io",
                            DefinedCells.definitions()),
                    Map.entry("nodes", nodes()),
                    Map.entry("configmaps", configMaps()),
                    Map.entry("secrets", secrets()),
                    Map.entry("events", events()),
                    Map.entry("leases.coordination.k8s.io", leases()),
                    Map.entry(
                            "mutatingwebhookconfigurations.admissionregistration.k8s.io",
                            webhooks()),
                    Map.entry(
                            "validatingwebhookconfigurations.admissionregistration.k8s.io",
                            webhooks()),
                    Map.entry("virtualservices.networking.istio.io", virtualServices()),
                    Map.entry("destinationrules.networking.istio.io", destinationRules()));

    private static final Map<String, Tables> MORE =
            Stream.of(WorkloadTables.all(), ResourceTables.all())
                    .flatMap(tables -> tables.entrySet().stream())
                    .collect(
                            Collectors.toUnmodifiableMap(
                                    Map.Entry::getKey, e -> new Tables(e.getValue())));

    private final List<Column> columns;

    Tables(List<Column> columns) {
        this.columns = columns;
    }

    /// Name and age for a kind that has no table of its own.
    public static Tables of(ServedKind served) {
        return served.custom() == null
                ? of(served.kind().family())
                : DefinedCells.of(served.custom().columns());
    }

    /// As the other, of a kind that is built in.
    public static Tables of(String family) {
        var kind = family.equals("deployments.extensions") ? "deployments.apps" : family;
        return KINDS.getOrDefault(kind, MORE.getOrDefault(kind, PLAIN));
    }

    public ArrayNode definitions() {
        var all = JsonNodeFactory.instance.arrayNode();
        for (var column : columns) {
            all.addObject()
                    .put("name", column.name())
                    .put("type", column.type())
                    .put("format", column.format())
                    .put("description", column.description())
                    .put("priority", column.wide() ? 1 : 0);
        }
        return all;
    }

    public ArrayNode cells(Resource resource, Instant now) {
        var cells = JsonNodeFactory.instance.arrayNode();
        columns.forEach(column -> cells.add(column.cell().apply(resource, now)));
        return cells;
    }

    /// What a row says beside its cells; null for nothing.
    public static @Nullable ObjectNode condition(Resource resource) {
        return resource.kind().family().equals("pods") ? PodCells.condition(resource) : null;
    }

    private static Tables pods() {
        return new Tables(
                List.of(
                        named(),
                        text("Ready", "How many of its containers are ready.", PodCells::ready),
                        text("Status", "What its containers are doing.", PodCells::status),
                        timed(
                                "Restarts",
                                "How often its containers were started again, and when last.",
                                PodCells::restarts),
                        age(),
                        wide("IP", "Its address.", r -> Cells.text(r.status(), "podIP")),
                        wide("Node", "The node it runs on.", r -> Cells.text(r.spec(), "nodeName")),
                        wide(
                                "Nominated Node",
                                "The node it may be given.",
                                r -> Cells.text(r.status(), "nominatedNodeName")),
                        wide("Readiness Gates", "Conditions it waits for.", PodCells::gates)));
    }

    private static Tables deployments() {
        return wider(
                List.of(
                        named(),
                        text(
                                "Ready",
                                "Ready replicas of those wanted.",
                                r ->
                                        Cells.count(r.status(), "readyReplicas")
                                                + "/"
                                                + Cells.count(r.spec(), "replicas")),
                        counted(
                                "Up-to-date",
                                "Replicas of the newest template.",
                                r -> Cells.count(r.status(), "updatedReplicas")),
                        counted(
                                "Available",
                                "Replicas that have been ready long enough.",
                                r -> Cells.count(r.status(), "availableReplicas")),
                        age()),
                template());
    }

    private static Tables replicaSets() {
        return wider(
                List.of(
                        named(),
                        number(
                                "Desired",
                                "Replicas wanted.",
                                r -> Cells.count(r.spec(), "replicas")),
                        number(
                                "Current",
                                "Replicas there are.",
                                r -> Cells.count(r.status(), "replicas")),
                        number(
                                "Ready",
                                "Replicas that are ready.",
                                r -> Cells.count(r.status(), "readyReplicas")),
                        age()),
                template());
    }

    private static Tables wider(List<Column> columns, List<Column> wide) {
        return new Tables(Stream.concat(columns.stream(), wide.stream()).toList());
    }

    /// What `-o wide` tells of a kind that makes pods.
    private static List<Column> template() {
        return List.of(
                wide("Containers", "Names of its containers.", r -> Cells.containers(r, "name")),
                wide("Images", "Images of its containers.", r -> Cells.containers(r, "image")),
                wide(
                        "Selector",
                        "Labels of its pods.",
                        r -> Cells.selector(r.spec().path("selector"))));
    }

    private static Tables services() {
        return new Tables(
                List.of(
                        named(),
                        text(
                                "Type",
                                "How it can be reached.",
                                r -> r.spec().path("type").asString("ClusterIP")),
                        text(
                                "Cluster-IP",
                                "Its address in the mesh.",
                                r -> Cells.text(r.spec(), "clusterIP")),
                        text("External-IP", "Its address outside.", ServiceCells::external),
                        text("Port(s)", "Its ports.", ServiceCells::ports),
                        age(),
                        wide("Selector", "Labels of its pods.", ServiceCells::selector)));
    }

    private static Tables endpoints() {
        return new Tables(
                List.of(
                        named(),
                        text("Endpoints", "Addresses and ports.", ServiceCells::endpoints),
                        age()));
    }

    private static Tables slices() {
        return new Tables(
                List.of(
                        named(),
                        text(
                                "AddressType",
                                "What its addresses are.",
                                r -> r.body().path("addressType").asString("")),
                        text("Ports", "Its ports.", ServiceCells::slicePorts),
                        text("Endpoints", "Its addresses.", ServiceCells::sliceAddresses),
                        age()));
    }

    private static Tables namespaces() {
        return new Tables(
                List.of(
                        named(),
                        text(
                                "Status",
                                "Active or Terminating.",
                                r -> r.status().path("phase").asString("")),
                        age()));
    }

    private static Tables nodes() {
        return new Tables(
                List.of(
                        named(),
                        text("Status", "Whether it is ready.", NodeCells::status),
                        text("Roles", "What it is for.", NodeCells::roles),
                        age(),
                        text(
                                "Version",
                                "Version of its agent.",
                                r ->
                                        r.status()
                                                .path("nodeInfo")
                                                .path("kubeletVersion")
                                                .asString("")),
                        wide(
                                "Internal-IP",
                                "Its address.",
                                r -> NodeCells.address(r, "InternalIP")),
                        wide(
                                "External-IP",
                                "Its address outside.",
                                r -> NodeCells.address(r, "ExternalIP")),
                        wide(
                                "OS-Image",
                                "Its operating system.",
                                r -> NodeCells.fact(r, "osImage")),
                        wide("Kernel-Version", "Its kernel.", NodeCells::kernel),
                        wide(
                                "Container-Runtime",
                                "What runs its containers.",
                                r -> NodeCells.fact(r, "containerRuntimeVersion"))));
    }

    private static Tables configMaps() {
        return new Tables(
                List.of(
                        named(),
                        counted(
                                "Data",
                                "How many entries it has.",
                                r ->
                                        r.body().path("data").size()
                                                + r.body().path("binaryData").size()),
                        age()));
    }

    private static Tables secrets() {
        return new Tables(
                List.of(
                        named(),
                        text(
                                "Type",
                                "What it is for.",
                                r -> r.body().path("type").asString("Opaque")),
                        counted(
                                "Data",
                                "How many entries it has.",
                                r -> r.body().path("data").size()),
                        age()));
    }

    private static Tables events() {
        return new Tables(
                List.of(
                        timed("Last Seen", "When it happened last.", EventCells::last),
                        text("Type", "Normal or Warning.", r -> r.body().path("type").asString("")),
                        text(
                                "Reason",
                                "What happened, in a word.",
                                r -> r.body().path("reason").asString("")),
                        text("Object", "What it is about.", EventCells::object),
                        wide(
                                "Subobject",
                                "The part it is about.",
                                r ->
                                        r.body()
                                                .path("involvedObject")
                                                .path("fieldPath")
                                                .asString("")),
                        wide("Source", "Who tells it.", EventCells::source),
                        text(
                                "Message",
                                "What happened.",
                                r -> r.body().path("message").asString("").strip()),
                        new Column(
                                "First Seen",
                                "string",
                                "",
                                true,
                                "When it happened first.",
                                (r, now) ->
                                        JsonNodeFactory.instance.stringNode(
                                                EventCells.first(r, now))),
                        new Column(
                                "Count",
                                "string",
                                "",
                                true,
                                "How often it happened.",
                                (r, _) ->
                                        JsonNodeFactory.instance.numberNode(
                                                Math.max(1, r.body().path("count").asInt(1)))),
                        new Column(
                                "Name",
                                "string",
                                "name",
                                true,
                                "The event's own name.",
                                (r, _) -> JsonNodeFactory.instance.stringNode(r.name()))));
    }

    private static Tables leases() {
        return new Tables(
                List.of(
                        named(),
                        text(
                                "Holder",
                                "Who has it.",
                                r -> r.spec().path("holderIdentity").asString("")),
                        age()));
    }

    private static Tables webhooks() {
        return new Tables(
                List.of(
                        named(),
                        number(
                                "Webhooks",
                                "How many it has.",
                                r -> r.body().path("webhooks").size()),
                        age()));
    }

    private static Tables virtualServices() {
        return new Tables(
                List.of(
                        named(),
                        text(
                                "Gateways",
                                "Where it applies.",
                                r -> Cells.list(r.spec().path("gateways"))),
                        text(
                                "Hosts",
                                "The hosts it routes.",
                                r -> Cells.list(r.spec().path("hosts"))),
                        age()));
    }

    private static Tables destinationRules() {
        return new Tables(
                List.of(
                        named(),
                        text(
                                "Host",
                                "The host it is about.",
                                r -> r.spec().path("host").asString("")),
                        age()));
    }
}
