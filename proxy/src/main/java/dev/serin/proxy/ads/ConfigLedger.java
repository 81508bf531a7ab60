package dev.serin.proxy.ads;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;

import dev.serin.base.time.Ticker;
import dev.serin.proxy.snapshot.ConfigUpdate;
import dev.serin.proxy.snapshot.Rejected;

import io.envoyproxy.envoy.admin.v3.BootstrapConfigDump;
import io.envoyproxy.envoy.admin.v3.ClustersConfigDump;
import io.envoyproxy.envoy.admin.v3.ConfigDump;
import io.envoyproxy.envoy.admin.v3.EndpointsConfigDump;
import io.envoyproxy.envoy.admin.v3.ListenersConfigDump;
import io.envoyproxy.envoy.admin.v3.RoutesConfigDump;
import io.envoyproxy.envoy.admin.v3.ScopedRoutesConfigDump;
import io.envoyproxy.envoy.admin.v3.SecretsConfigDump;
import io.envoyproxy.envoy.admin.v3.UpdateFailureState;
import io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What configuration is in force and what was refused, for `/config_dump`. The proxy's owner owns
/// it.
public final class ConfigLedger {
    private final Node node;
    private final Ticker ticker;
    private final Map<String, Map<String, Entry>> types = new TreeMap<>();
    private final Map<String, String> versions = new HashMap<>();
    private final Timestamp started;

    public ConfigLedger(Node node, Ticker ticker) {
        this.node = node;
        this.ticker = ticker;
        this.started = timestamp();
    }

    /// Notes an update that was applied but for `rejected`.
    public void note(ConfigUpdate update, List<Rejected> rejected) {
        var entries = types.computeIfAbsent(update.typeUrl(), _ -> new TreeMap<>());
        var bad =
                rejected.stream()
                        .collect(Collectors.groupingBy(Rejected::name, Collectors.toList()));
        var now = timestamp();
        for (var resource : update.changed()) {
            var before = entries.get(resource.name());
            var reasons = bad.get(resource.name());
            entries.put(
                    resource.name(),
                    reasons == null
                            ? new Entry(resource.version(), resource.resource(), now, null)
                            : new Entry(
                                    before == null ? "" : before.version(),
                                    before == null ? null : before.resource(),
                                    before == null ? now : before.updated(),
                                    failure(resource, reasons, now)));
        }
        update.removed().forEach(entries::remove);
        if (!update.changed().isEmpty()) {
            versions.put(update.typeUrl(), update.changed().getLast().version());
        }
    }

    /// What `/config_dump` shows, keys and all: whoever prints it takes them out.
    ///
    /// @param endpoints whether those of clusters are in it too
    /// @param inUse names of a type that are in use; what is not is said to warm
    public ConfigDump dump(boolean endpoints, Function<String, Set<String>> inUse) {
        var dump =
                ConfigDump.newBuilder()
                        .addConfigs(
                                Any.pack(
                                        BootstrapConfigDump.newBuilder()
                                                .setBootstrap(Bootstrap.newBuilder().setNode(node))
                                                .setLastUpdated(started)
                                                .build()))
                        .addConfigs(Any.pack(clusters(inUse.apply(ConfigUpdate.CLUSTER))));
        if (endpoints) {
            dump.addConfigs(Any.pack(endpoints()));
        }
        return dump.addConfigs(Any.pack(listeners(inUse.apply(ConfigUpdate.LISTENER))))
                .addConfigs(Any.pack(ScopedRoutesConfigDump.getDefaultInstance()))
                .addConfigs(Any.pack(routes()))
                .addConfigs(Any.pack(secrets()))
                .build();
    }

    private ClustersConfigDump clusters(Set<String> inUse) {
        var dump = ClustersConfigDump.newBuilder().setVersionInfo(version(ConfigUpdate.CLUSTER));
        of(ConfigUpdate.CLUSTER)
                .forEach((name, entry) -> {
                    if (entry.isStatic() && entry.resource() != null) {
                        dump.addStaticClustersBuilder()
                                .setCluster(entry.resource())
                                .setLastUpdated(entry.updated());
                        return;
                    }
                    var warms = entry.resource() != null && !inUse.contains(name);
                    var cluster =
                            warms
                                    ? dump.addDynamicWarmingClustersBuilder()
                                    : dump.addDynamicActiveClustersBuilder();
                    cluster.setVersionInfo(entry.version()).setLastUpdated(entry.updated());
                    if (entry.resource() != null) {
                        cluster.setCluster(entry.resource());
                    }
                    if (entry.failure() != null) {
                        cluster.setErrorState(entry.failure());
                    }
                });
        return dump.build();
    }

    private EndpointsConfigDump endpoints() {
        var dump = EndpointsConfigDump.newBuilder();
        of(ConfigUpdate.ENDPOINT)
                .forEach((_, entry) -> {
                    var endpoints = dump.addDynamicEndpointConfigsBuilder();
                    endpoints.setVersionInfo(entry.version()).setLastUpdated(entry.updated());
                    if (entry.resource() != null) {
                        endpoints.setEndpointConfig(entry.resource());
                    }
                    if (entry.failure() != null) {
                        endpoints.setErrorState(entry.failure());
                    }
                });
        return dump.build();
    }

    private ListenersConfigDump listeners(Set<String> inUse) {
        var dump = ListenersConfigDump.newBuilder().setVersionInfo(version(ConfigUpdate.LISTENER));
        of(ConfigUpdate.LISTENER)
                .forEach((name, entry) -> {
                    if (entry.isStatic() && entry.resource() != null) {
                        dump.addStaticListenersBuilder()
                                .setListener(entry.resource())
                                .setLastUpdated(entry.updated());
                        return;
                    }
                    var listener = dump.addDynamicListenersBuilder().setName(name);
                    if (entry.resource() != null) {
                        var state =
                                inUse.contains(name)
                                        ? listener.getActiveStateBuilder()
                                        : listener.getWarmingStateBuilder();
                        state.setVersionInfo(entry.version())
                                .setListener(entry.resource())
                                .setLastUpdated(entry.updated());
                    }
                    if (entry.failure() != null) {
                        listener.setErrorState(entry.failure());
                    }
                });
        return dump.build();
    }

    private RoutesConfigDump routes() {
        var dump = RoutesConfigDump.newBuilder();
        of(ConfigUpdate.LISTENER)
                .forEach((_, entry) -> {
                    for (var routes : inline(entry.resource())) {
                        dump.addStaticRouteConfigsBuilder()
                                .setRouteConfig(Any.pack(routes))
                                .setLastUpdated(entry.updated());
                    }
                });
        of(ConfigUpdate.ROUTE)
                .forEach((_, entry) -> {
                    var routes = dump.addDynamicRouteConfigsBuilder();
                    routes.setVersionInfo(entry.version()).setLastUpdated(entry.updated());
                    if (entry.resource() != null) {
                        routes.setRouteConfig(entry.resource());
                    }
                    if (entry.failure() != null) {
                        routes.setErrorState(entry.failure());
                    }
                });
        return dump.build();
    }

    /// The routes that a listener brings itself.
    private static List<RouteConfiguration> inline(@Nullable Any resource) {
        var found = new ArrayList<RouteConfiguration>();
        try {
            var listener = resource == null ? null : resource.unpack(Listener.class);
            var chains =
                    listener == null
                            ? List.<FilterChain>of()
                            : Stream.concat(
                                            listener.getFilterChainsList().stream(),
                                            Stream.of(listener.getDefaultFilterChain()))
                                    .toList();
            for (var chain : chains) {
                for (var filter : chain.getFiltersList()) {
                    if (filter.getTypedConfig().is(HttpConnectionManager.class)) {
                        var manager = filter.getTypedConfig().unpack(HttpConnectionManager.class);
                        if (manager.hasRouteConfig()) {
                            found.add(manager.getRouteConfig());
                        }
                    }
                }
            }
        } catch (InvalidProtocolBufferException e) {
            return List.of(); // it was refused, and says so itself
        }
        return found;
    }

    private SecretsConfigDump secrets() {
        var dump = SecretsConfigDump.newBuilder();
        of(ConfigUpdate.SECRET)
                .forEach((name, entry) -> {
                    if (entry.isStatic() && entry.resource() != null) {
                        dump.addStaticSecretsBuilder()
                                .setName(name)
                                .setSecret(entry.resource())
                                .setLastUpdated(entry.updated());
                        return;
                    }
                    var secret = dump.addDynamicActiveSecretsBuilder().setName(name);
                    secret.setVersionInfo(entry.version()).setLastUpdated(entry.updated());
                    if (entry.resource() != null) {
                        secret.setSecret(entry.resource());
                    }
                    if (entry.failure() != null) {
                        secret.setErrorState(entry.failure());
                    }
                });
        return dump.build();
    }

    /// The last version that came by discovery; empty for none.
    private String version(String typeUrl) {
        var version = versions.getOrDefault(typeUrl, "");
        return version.equals("static") ? "" : version;
    }

    private Map<String, Entry> of(String typeUrl) {
        return types.getOrDefault(typeUrl, Map.of());
    }

    private static UpdateFailureState failure(
            ConfigUpdate.Versioned resource, List<Rejected> reasons, Timestamp now) {
        return UpdateFailureState.newBuilder()
                .setFailedConfiguration(resource.resource())
                .setLastUpdateAttempt(now)
                .setVersionInfo(resource.version())
                .setDetails(
                        reasons.stream()
                                .map(r -> r.field() + ": " + r.reason())
                                .collect(Collectors.joining("; ")))
                .build();
    }

    private Timestamp timestamp() {
        var now = ticker.now();
        return Timestamp.newBuilder()
                .setSeconds(now.getEpochSecond())
                .setNanos(now.getNano())
                .build();
    }

    /// One resource.
    ///
    /// @param resource what is in force; null if nothing is
    /// @param failure what was refused since; null if nothing was
    private record Entry(
            String version,
            @Nullable Any resource,
            Timestamp updated,
            @Nullable UpdateFailureState failure) {
        /// Whether it came from a file at the start.
        boolean isStatic() {
            return version.equals("static");
        }
    }
}
