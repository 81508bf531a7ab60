package dev.serin.controlplane;

import dev.serin.base.flow.Latest;
import dev.serin.base.flow.Owner;
import dev.serin.base.lifecycle.LeftOver;
import dev.serin.base.lifecycle.Readiness;
import dev.serin.base.time.Ticker;
import dev.serin.base.time.Timers;
import dev.serin.config.Resource;
import dev.serin.config.ResourceKey;
import dev.serin.config.fields.FieldStates;
import dev.serin.config.istio.VirtualService;
import dev.serin.config.source.ConfigSource;
import dev.serin.controlplane.collection.Collections;
import dev.serin.controlplane.generate.Generators;
import dev.serin.controlplane.mesh.MeshSnapshot;
import dev.serin.controlplane.mesh.RouteRules;
import dev.serin.controlplane.push.Debounce;
import dev.serin.controlplane.push.Departures;
import dev.serin.controlplane.push.Discovery;
import dev.serin.controlplane.status.ProxyTable;
import dev.serin.controlplane.status.StatusBoard;
import dev.serin.controlplane.status.StatusWriter;
import dev.serin.xds.ResourceType;
import dev.serin.xds.server.CallerAuthenticator;
import dev.serin.xds.server.Push;
import dev.serin.xds.server.Transport;
import dev.serin.xds.server.XdsServer;

import io.grpc.BindableService;

import org.jspecify.annotations.Nullable;

import java.net.SocketAddress;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;

/// One control plane: watches resources, makes a snapshot of the mesh of each change, and tells
/// every connected proxy its part. The composition root of the package.
///
/// One thread owns the resources and the snapshots; a few serve the streams, reading the newest
/// snapshot.
public final class ControlPlane implements AutoCloseable {
    private final ConfigSource source;
    private final Observer observer;
    private final Owner owner;
    private final ExecutorService streams;
    private final LeftOver.Held held = LeftOver.hold("control plane", "streams");
    private final Collections collections;
    private final Latest<MeshSnapshot> newest;
    private final Debounce debounce;
    private final StatusBoard status;
    private final ProxyTable proxies = new ProxyTable();
    private final Departures departures = new Departures();
    private final Discovery discovery;
    private final XdsServer server;
    private final Readiness readiness = new Readiness();
    private final Runnable synced = readiness.await("resources");

    private final Set<ResourceKey> endpointsChanged = new HashSet<>();
    private volatile Map<String, Map<String, String>> namespaces = Map.of();
    private boolean configChanged;
    private boolean listening;
    private ConfigSource.@Nullable Watch watch;

    /// Makes everything and starts nothing: see [#start()] and [#listen].
    ///
    /// @param status where conditions of resources go
    public ControlPlane(
            ConfigSource source,
            Options options,
            CallerAuthenticator callers,
            StatusWriter status,
            Observer observer,
            Ticker ticker,
            Timers timers) {
        this.source = source;
        this.observer = observer;
        this.owner = new Owner("control-plane", e -> observer.failed("control plane", e));
        this.streams =
                Executors.newFixedThreadPool(
                        options.threads(),
                        Thread.ofPlatform().name("xds-", 0).daemon(true).factory());
        this.status = new StatusBoard(status);
        this.collections = new Collections(options.mesh(), this::unreadable);
        this.newest = new Latest<>(Collections.empty(options.mesh()));
        this.debounce =
                new Debounce(
                        options.quiet(), options.longest(), ticker, timers, owner, this::publish);
        this.discovery = new Discovery(newest, new Generators());
        this.server =
                new XdsServer(
                        discovery,
                        callers,
                        new StreamEvents(proxies, this.status, departures, owner, observer),
                        streams,
                        ticker,
                        timers,
                        options.limits());
    }

    /// Starts to watch the resources. Streams may come before: they hear the rest when it is there.
    public void start() {
        watch =
                source.watch(
                        Collections.KINDS,
                        new ConfigSource.Watcher() {
                            @Override
                            public void changed(Resource resource) {
                                owner.execute(() -> take(resource));
                            }

                            @Override
                            public void removed(ResourceKey key) {
                                owner.execute(() -> drop(key));
                            }

                            @Override
                            public void synced() {
                                owner.execute(ControlPlane.this::first);
                            }
                        });
    }

    /// Opens a door for proxies; each door asks the same of its callers.
    ///
    /// @param beside other gRPC services of the same port, for instance the certificate authority's
    /// @return the bound address
    /// @throws dev.serin.base.ProblemException if the address is taken
    public SocketAddress listen(Transport transport, List<BindableService> beside) {
        return server.listen(transport, beside);
    }

    /// Ready once every resource that was there at the start is in a snapshot.
    public Readiness readiness() {
        return readiness;
    }

    /// The newest snapshot; for pages and explanations.
    public MeshSnapshot snapshot() {
        return newest.get();
    }

    /// What a proxy would be told, and who is connected.
    public Discovery discovery() {
        return discovery;
    }

    public ProxyTable proxies() {
        return proxies;
    }

    public XdsServer.Load load() {
        return server.load();
    }

    /// Completes when no connected proxy sends new requests to this address any more. Any thread.
    public CompletableFuture<Void> departure(String address) {
        var gone = new CompletableFuture<Void>();
        try {
            owner.execute(() -> {
                var now = newest.get();
                departures.add(address, gone, now.revision(), now::isReady);
            });
        } catch (RejectedExecutionException e) {
            gone.complete(null); // closing: nobody is told anything any more
        }
        return gone;
    }

    /// Labels of a namespace as of the newest change; empty if it is not known.
    public Map<String, String> namespaceLabels(String name) {
        return namespaces.getOrDefault(name, Map.of());
    }

    /// What is right in a resource but names something that is not there yet: for a validating
    /// webhook, which lets it pass.
    public List<String> warnings(Resource resource) {
        if (!resource.kind().family().equals("virtualservices.networking.istio.io")) {
            return List.of();
        }
        var mesh = newest.get();
        return RouteRules.absent(VirtualService.from(resource), mesh.services(), mesh.policies())
                .stream()
                .map(what ->
                        what
                                + " is not there (yet): until it is, the host's former"
                                + " routes stay in force")
                .toList();
    }

    @Override
    public void close() {
        if (watch != null) {
            watch.close();
        }
        server.close();
        owner.execute(debounce::close);
        owner.execute(departures::close);
        owner.close();
        streams.shutdown();
        held.release();
    }

    private void take(Resource resource) {
        var change = collections.changed(resource);
        if (resource.kind().family().equals("namespaces")) {
            namespaces = collections.namespaceLabels();
        }
        if (change.config()) {
            var idle = FieldStates.istio().warnings(resource);
            status.changed(resource.key(), newest.get().revision() + 1, idle);
        }
        apply(change);
    }

    private void drop(ResourceKey key) {
        apply(collections.removed(key));
        status.removed(key);
        if (key.family().equals("namespaces")) {
            namespaces = collections.namespaceLabels();
        }
    }

    private void apply(Collections.Change change) {
        if (change.isNothing()) {
            return;
        }
        // A pod's labels and ports only matter to its own proxy, once there is one.
        var pods = change.pods().stream().anyMatch(discovery::isConnected);
        configChanged |= change.config() || pods;
        endpointsChanged.addAll(change.endpoints());
        if (listening && (configChanged || !endpointsChanged.isEmpty())) {
            debounce.changed();
        }
    }

    private void first() {
        listening = true;
        configChanged = true;
        publish();
        synced.run();
    }

    private void publish() {
        var before = newest.get();
        var next = collections.snapshot(before, endpointsChanged);
        var push =
                configChanged
                        ? new Push(EnumSet.allOf(ResourceType.class), Set.of())
                        : Push.endpoints(clusters(next, before));
        configChanged = false;
        endpointsChanged.clear();
        newest.set(next);
        status.snapshot(next, collections.withStatus());
        server.push(push);
        departures.published(next.revision(), next::isReady);
        observer.published(next);
    }

    /// Names of the EDS resources of the services whose endpoints changed, in every subset that any
    /// proxy may know.
    private Set<String> clusters(MeshSnapshot next, MeshSnapshot before) {
        var names = new HashSet<String>();
        for (var key : endpointsChanged) {
            next.clusterNames(key, names);
            before.clusterNames(key, names);
        }
        return names;
    }

    private void unreadable(ResourceKey key, dev.serin.base.ProblemException problem) {
        var why = String.valueOf(problem.getMessage());
        status.unreadable(key, why);
        observer.unreadable(key, why);
    }
}
