package dev.serin.conformance.differential.scenario;

import com.google.protobuf.Message;

import dev.serin.xds.ResourceType;
import dev.serin.xds.XdsResource;

import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The resources that a scenario stands for: what its file leaves out is filled in here, so that a
/// file says no more than what it is about.
///
/// @param log the names in the access log's lines, in their order
public record ResourceSet(List<XdsResource> all, List<String> log) {
    /// Answers with 200 and writes a line into the access log, so that whoever waits for lines
    /// knows when there are no more.
    public static final String SENTINEL = "sentinel";

    private static final String TYPE = "type.googleapis.com/envoy.";
    private static final String HTTP =
            TYPE + "extensions.filters.network.http_connection_manager.v3.HttpConnectionManager";
    private static final String TCP = TYPE + "extensions.filters.network.tcp_proxy.v3.TcpProxy";
    private static final String ROUTER = TYPE + "extensions.filters.http.router.v3.Router";
    private static final String FILE_LOG = TYPE + "extensions.access_loggers.file.v3.FileAccessLog";

    private static final Map<String, String> LOG = new LinkedHashMap<>();

    static {
        LOG.put("method", "%REQ(:METHOD)%");
        LOG.put("path", "%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%");
        LOG.put("protocol", "%PROTOCOL%");
        LOG.put("status", "%RESPONSE_CODE%");
        LOG.put("flags", "%RESPONSE_FLAGS%");
        LOG.put("details", "%RESPONSE_CODE_DETAILS%");
        LOG.put("termination", "%CONNECTION_TERMINATION_DETAILS%");
        LOG.put("failure", "%UPSTREAM_TRANSPORT_FAILURE_REASON%");
        LOG.put("received", "%BYTES_RECEIVED%");
        LOG.put("sent", "%BYTES_SENT%");
        LOG.put("cluster", "%UPSTREAM_CLUSTER%");
        LOG.put("host", "%UPSTREAM_HOST%");
        LOG.put("attempts", "%UPSTREAM_REQUEST_ATTEMPT_COUNT%");
        LOG.put("route", "%ROUTE_NAME%");
    }

    /// Nothing but the sentinel, as it is between two scenarios.
    public static ResourceSet empty() {
        return new ResourceSet(List.of(sentinel()), List.of());
    }

    /// @param tree the scenario's, with what later steps changed laid on it
    /// @param words what stands for `${word}` in it, for instance each upstream's port
    public static ResourceSet of(Tree tree, Map<String, String> words) {
        var format = new LinkedHashMap<>(LOG);
        if (tree.has("log")) {
            format.clear();
            tree.pairs("log").forEach(e -> format.put(e.getKey(), e.getValue()));
        }
        var filled = tree.replaced(words);
        var all = new ArrayList<XdsResource>();
        clusters(filled, words, all);
        for (var each : filled.trees("endpoints")) {
            var message = Messages.read(each, ClusterLoadAssignment.newBuilder()).build();
            all.add(XdsResource.of(ResourceType.ENDPOINT, message.getClusterName(), message));
        }
        for (var each : filled.trees("secrets")) {
            var message = Messages.read(each, Secret.newBuilder()).build();
            all.add(XdsResource.of(ResourceType.SECRET, message.getName(), message));
        }
        all.add(sentinel());
        for (var each : listeners(filled, format)) {
            var message = Messages.read(each, Listener.newBuilder()).build();
            all.add(XdsResource.of(ResourceType.LISTENER, message.getName(), message));
        }
        for (var each : routes(filled)) {
            var message = Messages.read(each, RouteConfiguration.newBuilder()).build();
            all.add(XdsResource.of(ResourceType.ROUTE, message.getName(), message));
        }
        return new ResourceSet(List.copyOf(all), List.copyOf(format.keySet()));
    }

    public List<XdsResource> of(ResourceType type) {
        return all.stream().filter(r -> r.type() == type).toList();
    }

    /// A cluster for each upstream, and for each name under `clusters`; those under `more_clusters`
    /// stand for themselves.
    private static void clusters(Tree tree, Map<String, String> words, List<XdsResource> into) {
        var shared = tree.under("cluster");
        var changes = tree.under("clusters");
        var names = new ArrayList<>(tree.under("upstreams").fields().keySet());
        changes.fields().keySet().stream().filter(n -> !names.contains(n)).forEach(names::add);
        for (var name : names) {
            if (changes.has(name) && changes.fields().get(name) == null) {
                continue;
            }
            var plain =
                    Tree.read(
                            tree.where() + ": cluster " + name,
                            """
                            {name: NAME, type: STATIC, connect_timeout: 2s, load_assignment: {cluster_name: NAME,
                              endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address:
                                {address: 127.0.0.1, port_value: PORT}}}}]}]}}
                            """
                                    .replace("NAME", name)
                                    .replace("PORT", words.getOrDefault(name, "1")));
            put(plain.merged(shared).merged(changes.under(name)), into);
        }
        tree.trees("more_clusters").forEach(each -> put(each, into));
    }

    private static void put(Tree tree, List<XdsResource> into) {
        // `hosts: [a, b]` is short for a load assignment of one locality
        var full = tree.has("hosts") ? tree.without("hosts").merged(assignment(tree)) : tree;
        if (full.text("type", "").equals("EDS") && !tree.has("hosts")) {
            full = full.without("load_assignment");
        }
        var message = Messages.read(full, Cluster.newBuilder()).build();
        into.add(XdsResource.of(ResourceType.CLUSTER, message.getName(), message));
    }

    private static Tree assignment(Tree cluster) {
        var hosts = new ArrayList<Object>();
        for (var host : cluster.list("hosts")) {
            var text = String.valueOf(host);
            var colon = text.lastIndexOf(':');
            hosts.add(
                    Map.of(
                            "endpoint",
                            Map.of(
                                    "address",
                                    Map.of(
                                            "socket_address",
                                            Map.of(
                                                    "address",
                                                    colon < 0
                                                            ? "127.0.0.1"
                                                            : text.substring(0, colon),
                                                    "port_value",
                                                    text.substring(colon + 1))))));
        }
        var fields = new HashMap<String, @Nullable Object>();
        fields.put(
                "load_assignment",
                Map.of(
                        "cluster_name",
                        cluster.text("name", ""),
                        "endpoints",
                        List.of(Map.of("lb_endpoints", hosts))));
        return new Tree(cluster.where(), fields);
    }

    private static List<Tree> listeners(Tree tree, Map<String, String> format) {
        var listeners = new ArrayList<Tree>();
        if (!tree.has("listeners") || tree.has("listener")) {
            listeners.add(main(tree, format));
        }
        listeners.addAll(tree.trees("listeners"));
        return listeners;
    }

    private static Tree main(Tree tree, Map<String, String> format) {
        if (tree.has("chains")) {
            return listener(tree, chains(tree, format));
        }
        var filter = tree.has("tcp") ? tcp(tree, format) : manager(tree, format);
        var chain =
                Tree.read("chain", "{}")
                        .merged(
                                new Tree(
                                        "chain",
                                        Map.of(
                                                "filters",
                                                List.of(
                                                        Map.of(
                                                                "name",
                                                                "main",
                                                                "typed_config",
                                                                filter.fields())))))
                        .merged(tree.under("chain"));
        return listener(tree, new Tree("chains", Map.of("filter_chains", List.of(chain.fields()))));
    }

    private static Tree listener(Tree tree, Tree chains) {
        return Tree.read(
                        tree.where() + ": listener main",
                        "{name: main, address: {socket_address: {address: 127.0.0.1, port_value:"
                                + " 0}}}")
                .merged(chains)
                .merged(tree.under("listener"));
    }

    /// Filter chains that answer every request with their name; the one called `default` is for
    /// connections that no other takes.
    private static Tree chains(Tree tree, Map<String, String> format) {
        var all = new ArrayList<Object>();
        var fields = new HashMap<String, @Nullable Object>();
        var changes = tree.under("chains");
        for (var name : changes.fields().keySet()) {
            var route =
                    Map.of(
                            "match",
                            Map.of("prefix", "/"),
                            "direct_response",
                            Map.of("status", 200, "body", Map.of("inline_string", name)));
            var host = Map.of("name", "all", "domains", List.of("*"), "routes", List.of(route));
            var plain =
                    Map.<String, Object>of(
                            "@type",
                            HTTP,
                            "stat_prefix",
                            name,
                            "http_filters",
                            List.of(
                                    Map.of(
                                            "name",
                                            "router",
                                            "typed_config",
                                            Map.of("@type", ROUTER))),
                            "access_log",
                            List.of(log(format)),
                            "route_config",
                            Map.of("name", name, "virtual_hosts", List.of(host)));
            var chain =
                    new Tree(
                                    tree.where() + ": chain " + name,
                                    Map.of(
                                            "name",
                                            name,
                                            "filters",
                                            List.of(Map.of("name", "main", "typed_config", plain))))
                            .merged(changes.under(name))
                            .fields();
            if (name.equals("default")) {
                fields.put("default_filter_chain", chain);
            } else {
                all.add(chain);
            }
        }
        fields.put("filter_chains", all);
        return new Tree("chains", fields);
    }

    private static Tree manager(Tree tree, Map<String, String> format) {
        var filters = new ArrayList<>(tree.list("filters"));
        filters.add(Map.of("name", "router", "typed_config", Map.of("@type", ROUTER)));
        var plain = new HashMap<String, @Nullable Object>();
        plain.put("@type", HTTP);
        plain.put("stat_prefix", "main");
        plain.put("http_filters", filters);
        plain.put("access_log", List.of(log(format)));
        plain.put(
                "rds",
                Map.of(
                        "route_config_name",
                        "main",
                        "config_source",
                        Map.of("ads", Map.of(), "resource_api_version", "V3")));
        return new Tree(tree.where() + ": manager", plain).merged(tree.under("manager"));
    }

    private static Tree tcp(Tree tree, Map<String, String> format) {
        var plain = new HashMap<String, @Nullable Object>();
        plain.put("@type", TCP);
        plain.put("stat_prefix", "main");
        plain.put("access_log", List.of(log(format)));
        return new Tree(tree.where() + ": tcp", plain).merged(tree.under("tcp"));
    }

    private static Map<String, Object> log(Map<String, String> format) {
        var line = new StringBuilder("line");
        format.forEach((name, operator) -> line.append(" | ").append(operator));
        return Map.of(
                "name",
                "log",
                "typed_config",
                Map.of(
                        "@type",
                        FILE_LOG,
                        "path",
                        "/dev/stdout",
                        "log_format",
                        Map.of("text_format_source", Map.of("inline_string", line + "\n"))));
    }

    private static List<Tree> routes(Tree tree) {
        var all = new ArrayList<Tree>();
        if (tree.has("routes") || tree.has("virtual_hosts") || tree.has("route_configuration")) {
            var plain = new HashMap<String, @Nullable Object>();
            plain.put("name", "main");
            if (tree.has("virtual_hosts")) {
                plain.put("virtual_hosts", tree.list("virtual_hosts"));
            } else {
                var host = new HashMap<String, @Nullable Object>();
                host.put("name", "all");
                host.put("domains", List.of("*"));
                host.put("routes", tree.list("routes"));
                plain.put(
                        "virtual_hosts",
                        List.of(
                                new Tree("virtual host", host)
                                        .merged(tree.under("virtual_host"))
                                        .fields()));
            }
            all.add(
                    new Tree(tree.where() + ": routes", plain)
                            .merged(tree.under("route_configuration")));
        }
        all.addAll(tree.trees("route_configurations"));
        return all;
    }

    private static XdsResource sentinel() {
        var manager =
                Tree.read(
                        "sentinel",
                        """
                        "@type": MANAGER
                        stat_prefix: sentinel
                        route_config:
                          name: sentinel
                          virtual_hosts: [{name: all, domains: ["*"],
                            routes: [{match: {prefix: /}, direct_response: {status: 200}}]}]
                        http_filters: [{name: router, typed_config: {"@type": ROUTER}}]
                        access_log: [{name: log, typed_config: {"@type": LOG, path: /dev/stdout,
                          log_format: {text_format_source: {inline_string: "sentinel %REQ(:PATH)%\\n"}}}}]
                        """
                                .replace("MANAGER", HTTP)
                                .replace("ROUTER", ROUTER)
                                .replace("LOG", FILE_LOG));
        var listener =
                Tree.read(
                                "sentinel",
                                "{name: sentinel, stat_prefix: sentinel, address: {socket_address:"
                                        + " {address: 127.0.0.1, port_value: 0}}}")
                        .merged(
                                new Tree(
                                        "",
                                        Map.of(
                                                "filter_chains",
                                                List.of(
                                                        Map.of(
                                                                "filters",
                                                                List.of(
                                                                        Map.of(
                                                                                "name",
                                                                                "main",
                                                                                "typed_config",
                                                                                manager
                                                                                        .fields())))))));
        Message message = Messages.read(listener, Listener.newBuilder()).build();
        return XdsResource.of(ResourceType.LISTENER, SENTINEL, message);
    }
}
