package dev.serin.proxy.ads;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import com.google.protobuf.util.JsonFormat;

import dev.serin.base.time.Ticker;
import dev.serin.proxy.fields.KnownTypes;
import dev.serin.proxy.snapshot.ConfigUpdate;
import dev.serin.proxy.snapshot.Rejected;

import io.envoyproxy.envoy.admin.v3.BootstrapConfigDump;
import io.envoyproxy.envoy.admin.v3.ClustersConfigDump;
import io.envoyproxy.envoy.admin.v3.ConfigDump;
import io.envoyproxy.envoy.admin.v3.EndpointsConfigDump;
import io.envoyproxy.envoy.admin.v3.ListenersConfigDump;
import io.envoyproxy.envoy.admin.v3.RoutesConfigDump;
import io.envoyproxy.envoy.admin.v3.UpdateFailureState;
import io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap;
import io.envoyproxy.envoy.config.core.v3.Node;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// What configuration is in force and what was refused, for `/config_dump`. The proxy's owner owns
/// it.
public final class ConfigLedger {
    private final Node node;
    private final Ticker ticker;
    private final Map<String, Map<String, Entry>> types = new TreeMap<>();
    private JsonFormat.@Nullable Printer printer;

    public ConfigLedger(Node node, Ticker ticker) {
        this.node = node;
        this.ticker = ticker;
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
    }

    /// `/config_dump`, as Envoy shows it.
    public String json() {
        var dump =
                ConfigDump.newBuilder()
                        .addConfigs(
                                Any.pack(
                                        BootstrapConfigDump.newBuilder()
                                                .setBootstrap(Bootstrap.newBuilder().setNode(node))
                                                .build()))
                        .addConfigs(Any.pack(clusters()))
                        .addConfigs(Any.pack(endpoints()))
                        .addConfigs(Any.pack(listeners()))
                        .addConfigs(Any.pack(routes()));
        var print = printer;
        if (print == null) {
            print =
                    JsonFormat.printer()
                            .usingTypeRegistry(KnownTypes.registry())
                            .preservingProtoFieldNames();
            printer = print;
        }
        try {
            return print.print(dump);
        } catch (InvalidProtocolBufferException e) {
            return "{\"error\": \"a message of a type that this proxy cannot print\"}";
        }
    }

    private ClustersConfigDump clusters() {
        var dump = ClustersConfigDump.newBuilder();
        of(ConfigUpdate.CLUSTER)
                .forEach((_, entry) -> {
                    var cluster = dump.addDynamicActiveClustersBuilder();
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

    private ListenersConfigDump listeners() {
        var dump = ListenersConfigDump.newBuilder();
        of(ConfigUpdate.LISTENER)
                .forEach((name, entry) -> {
                    var listener = dump.addDynamicListenersBuilder().setName(name);
                    if (entry.resource() != null) {
                        listener.getActiveStateBuilder()
                                .setVersionInfo(entry.version())
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
            @Nullable UpdateFailureState failure) {}
}
