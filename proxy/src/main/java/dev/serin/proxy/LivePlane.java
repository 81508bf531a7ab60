package dev.serin.proxy;

import dev.serin.base.net.HostPort;
import dev.serin.proxy.ads.Plane;
import dev.serin.proxy.extension.Extensions;
import dev.serin.proxy.snapshot.ConfigUpdate;
import dev.serin.proxy.snapshot.Rejected;
import dev.serin.proxy.snapshot.Watcher;
import dev.serin.proxy.telemetry.log.ProxyLog;
import dev.serin.proxy.tls.TlsNeeds;
import dev.serin.proxy.tracing.SpanSink;
import dev.serin.proxy.transport.TransportCompiler;
import dev.serin.proxy.upstream.Surroundings;
import dev.serin.proxy.upstream.Upstream;
import dev.serin.proxy.upstream.balance.HostSet.Place;
import dev.serin.proxy.upstream.dns.Resolver;

import io.envoyproxy.envoy.admin.v3.Certificates;
import io.netty.util.NetUtil;

import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Stream;

/// The data plane with this proxy's extensions, as the rest of the proxy sees it.
final class LivePlane implements Plane {
    private final DataPlane plane;
    private final Map<String, String> failed = new ConcurrentHashMap<>();
    private final Set<String> accepted = ConcurrentHashMap.newKeySet();

    private final Set<String> statics = ConcurrentHashMap.newKeySet();
    private final Supplier<Instant> now;

    LivePlane(
            ProxyOptions options,
            ProxyPlace place,
            ProxyRuntime runtime,
            ProxyTelemetry telemetry) {
        this.now = runtime.ticker()::now;
        this.plane =
                new DataPlane(
                        options.node().getId(),
                        new DataPlane.Parts(
                                runtime.workers(),
                                place.sockets(),
                                runtime.ticker(),
                                runtime.timers(),
                                runtime.draws(),
                                extensions(place, runtime, telemetry),
                                telemetry.envoyStats(),
                                new Upstream.Outside(
                                        Resolver.system(),
                                        telemetry.clusterStats(),
                                        telemetry.log()::debug,
                                        surroundings(options))),
                        new Progress(telemetry.log()),
                        e -> telemetry.log().error("bug: " + e),
                        options.drain());
        var overload = options.overload();
        plane.admission().limit(overload.connections(), overload.ofListeners());
        if (overload.limits() != null) {
            runtime.workers()
                    .all()
                    .forEach(w -> w.pressure().use(overload.limits(), overload.octets()));
        }
        telemetry.clusterStats().show(() -> plane.snapshot().clusters().values());
    }

    /// What configurations may ask this proxy for.
    static Extensions extensions(ProxyPlace place, ProxyRuntime runtime, ProxyTelemetry telemetry) {
        var filters =
                Stream.concat(
                                Filters.ofStreams(runtime.ticker(), runtime.draws()).stream(),
                                telemetry.httpFilters().stream())
                        .toList();
        var tls =
                new TlsNeeds(
                        runtime.ticker(),
                        place.files()::find,
                        place.identity(),
                        runtime.distrust(),
                        telemetry.envoyStats());
        var connections =
                Stream.concat(
                                Filters.ofConnections(runtime.ticker()).stream(),
                                telemetry.networkFilters().stream())
                        .toList();
        return new Extensions(
                filters,
                telemetry.accessLogs(),
                telemetry.networkObservers(),
                connections,
                new TransportCompiler(tls),
                (_, _) -> SpanSink.NOWHERE,
                telemetry.proxy());
    }

    private static Surroundings surroundings(ProxyOptions options) {
        var at = options.node().getLocality();
        return new Surroundings(
                new Place(at.getRegion(), at.getZone(), at.getSubZone()), options.localCluster());
    }

    @Override
    public List<Rejected> apply(ConfigUpdate update) {
        var rejected = plane.apply(update);
        if (update.typeUrl().equals(ConfigUpdate.CLUSTER)) {
            update.changed().stream()
                    .filter(c -> c.version().equals("static"))
                    .forEach(c -> statics.add(c.name()));
        }
        if (update.typeUrl().equals(ConfigUpdate.LISTENER)) {
            var bad = rejected.stream().map(Rejected::name).toList();
            update.changed().stream()
                    .map(ConfigUpdate.Versioned::name)
                    .filter(name -> !bad.contains(name))
                    .forEach(accepted::add);
            update.removed().forEach(accepted::remove);
            update.removed().forEach(failed::remove);
        }
        return rejected;
    }

    @Override
    public Set<String> wanted(String typeUrl) {
        return switch (typeUrl) {
            case ConfigUpdate.ENDPOINT -> plane.wanted().endpoints();
            case ConfigUpdate.ROUTE -> plane.wanted().routes();
            case ConfigUpdate.SECRET -> plane.wanted().secrets();
            default -> Set.of();
        };
    }

    @Override
    public Map<String, String> failures() {
        return Map.copyOf(failed);
    }

    @Override
    public List<String> unbound() {
        var unbound = new ArrayList<String>();
        var live = plane.snapshot().listeners();
        for (var name : accepted) {
            var reason = failed.get(name);
            if (reason != null) {
                unbound.add(name + ": " + reason);
            } else if (!live.containsKey(name)) {
                unbound.add(name + ": waits for what it refers to");
            }
        }
        return unbound;
    }

    @Override
    public List<InetSocketAddress> addresses(String listener) {
        return plane.addresses(listener);
    }

    @Override
    public Set<String> inUse(String typeUrl) {
        return switch (typeUrl) {
            case ConfigUpdate.CLUSTER -> plane.snapshot().clusters().keySet();
            case ConfigUpdate.LISTENER -> plane.snapshot().listeners().keySet();
            default -> Set.of();
        };
    }

    @Override
    public String clusters(boolean json) {
        var clusters = List.copyOf(new TreeMap<>(plane.snapshot().clusters()).values());
        return json
                ? ClusterPages.json(clusters, name -> !statics.contains(name))
                : ClusterPages.text(clusters, name -> !statics.contains(name));
    }

    @Override
    public String listeners(boolean json) {
        var bound = new TreeMap<String, List<InetSocketAddress>>();
        plane.snapshot()
                .listeners()
                .forEach((name, listener) -> {
                    var addresses = plane.addresses(name);
                    bound.put(name, addresses.isEmpty() ? listener.addresses() : addresses);
                });
        if (json) {
            return ListenerPages.json(bound);
        }
        var text = new StringBuilder();
        bound.forEach((name, addresses) ->
                addresses.forEach(
                        a -> text.append(name).append("::").append(shown(a)).append('\n')));
        return text.toString();
    }

    @Override
    public Certificates certificates() {
        return CertificatePages.of(plane.certificates(), now.get());
    }

    private static String shown(InetSocketAddress address) {
        var host =
                address.getAddress() == null
                        ? address.getHostString()
                        : NetUtil.toAddressString(address.getAddress());
        return new HostPort(host, address.getPort()).toString();
    }

    @Override
    public CompletableFuture<Void> drain() {
        return plane.drain();
    }

    @Override
    public void drainInbound() {
        plane.drainInbound();
    }

    @Override
    public void failHealth(boolean failing) {
        plane.failHealth(failing);
    }

    @Override
    public void closeListeners(boolean inboundOnly) {
        plane.closeListeners(inboundOnly);
    }

    @Override
    public int connections() {
        return plane.connections();
    }

    @Override
    public void close() {
        plane.close();
    }

    /// Keeps what readiness and people want to know. On the data plane's owner.
    private final class Progress implements Watcher {
        private final ProxyLog log;

        Progress(ProxyLog log) {
            this.log = log;
        }

        @Override
        public void listenerLive(String name) {
            failed.remove(name);
            log.debug("listener " + name + " is in use");
        }

        @Override
        public void listenerFailed(String name, String reason) {
            failed.put(name, reason);
            log.error("listener " + name + ": " + reason);
        }

        @Override
        public void overdue(String kind, String name, String missing) {
            log.warning(kind + " " + name + " goes into use without " + missing);
        }
    }
}
