package dev.serin.cli.mesh;

import dev.serin.base.net.NetworkNamespace;
import dev.serin.base.time.Ticker;
import dev.serin.base.time.Timers;
import dev.serin.ca.CertificateAuthority;
import dev.serin.controlplane.ControlPlane;
import dev.serin.controlplane.Observer;
import dev.serin.controlplane.Options;
import dev.serin.controlplane.admin.AdminPages;
import dev.serin.controlplane.admin.HttpDoor;
import dev.serin.controlplane.admin.Webhooks;
import dev.serin.controlplane.inject.InjectOptions;
import dev.serin.controlplane.inject.Injector;
import dev.serin.local.node.Farewell;
import dev.serin.local.node.SidecarHost;
import dev.serin.local.node.usage.Source;
import dev.serin.loop.EpollLoop;
import dev.serin.xds.server.Transport;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollServerSocketChannel;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/// The control plane as a container of istiod's pod: it runs in this process, reads the API without
/// the wire, and its sockets are made in the pod's network namespace. Safe for any thread.
final class ControlPlanePod implements SidecarHost, Farewell, AutoCloseable {
    /// What proxies and the API server call it by.
    static final List<String> NAMES =
            List.of(
                    "istiod",
                    "istiod.istio-system",
                    "istiod.istio-system.svc",
                    "istiod.istio-system.svc.cluster.local");

    private final MeshApi api;
    private final CertificateAuthority authority;
    private final Ticker ticker;
    private final Timers timers;
    private final Consumer<String> note;
    private final List<Instance> running = new ArrayList<>();

    ControlPlanePod(
            MeshApi api,
            CertificateAuthority authority,
            Ticker ticker,
            Timers timers,
            Consumer<String> note) {
        this.api = api;
        this.authority = authority;
        this.ticker = ticker;
        this.timers = timers;
        this.note = note;
    }

    /// What is injected into pods here.
    static InjectOptions injection() {
        return InjectOptions.USUAL.with(InjectOptions.Capture.NODE);
    }

    @Override
    public synchronized Running start(Sidecar sidecar) {
        var instance = new Instance(sidecar.networkNamespace());
        running.add(instance);
        return instance;
    }

    @Override
    public synchronized CompletableFuture<Void> to(String address) {
        return CompletableFuture.allOf(
                running.stream()
                        .map(i -> i.plane.departure(address))
                        .toArray(CompletableFuture<?>[]::new));
    }

    @Override
    public synchronized void close() {
        List.copyOf(running).forEach(i -> i.stop(Duration.ZERO));
    }

    private synchronized void forget(Instance instance) {
        running.remove(instance);
    }

    /// One life of the container.
    private final class Instance implements Running, HttpDoor.Place {
        private final CompletableFuture<Integer> ended = new CompletableFuture<>();
        private final NetworkNamespace namespace;
        private final EventLoopGroup loops =
                new MultiThreadIoEventLoopGroup(1, EpollLoop.newFactory());
        private final List<AutoCloseable> parts = new ArrayList<>();
        private final ControlPlane plane;

        Instance(Path networkNamespace) {
            this.namespace = new NetworkNamespace(networkNamespace);
            var keys = authority.serverKeys("istiod", NAMES).keyManager();
            var callers = new TokenCallers(api.tokens());
            var client = api.client("istiod");
            plane =
                    new ControlPlane(
                            client,
                            Options.USUAL,
                            callers,
                            new ResourceStatus(client, note),
                            new Noted(),
                            ticker,
                            timers);
            parts.add(plane);
            plane.start();
            plane.listen(door(15012, new Transport.Tls(keys, null)), List.of());
            var hooks =
                    new Webhooks(
                            new Injector(injection()),
                            plane::namespaceLabels,
                            resource -> Unresolved.warnings(resource, client));
            parts.add(new HttpDoor(new InetSocketAddress(15017), keys, this, hooks.pages()));
            var pages = new AdminPages(plane, callers, "serin").pages();
            parts.add(new HttpDoor(new InetSocketAddress(15014), null, this, pages));
            parts.add(new HttpDoor(new InetSocketAddress(8080), null, this, pages));
        }

        private Transport door(int port, Transport.Tls tls) {
            return new Transport(
                    new InetSocketAddress(port),
                    loops,
                    () -> namespace.call(EpollServerSocketChannel::new),
                    tls);
        }

        @Override
        public <T> T call(Callable<T> task) {
            return namespace.call(task);
        }

        @Override
        public CompletableFuture<Integer> ended() {
            return ended.copy();
        }

        /// The whole process: the API and the node are in it as well.
        @Override
        public Source source() {
            return new Source.Share(ProcessHandle.current().pid(), () -> 1);
        }

        @Override
        public void stop(Duration grace) {
            for (var part : parts.reversed()) {
                try {
                    part.close();
                } catch (Exception e) {
                    note.accept("control plane: " + e);
                }
            }
            loops.shutdownGracefully();
            namespace.close();
            forget(this);
            ended.complete(0);
        }
    }

    /// What went wrong goes to the supervisor's log.
    private final class Noted implements Observer {
        @Override
        public void unreadable(dev.serin.config.ResourceKey key, String why) {
            note.accept("control plane: " + key + " is unreadable: " + why);
        }

        @Override
        public void failed(String what, Throwable cause) {
            note.accept("control plane: " + what + ": " + cause);
        }

        @Override
        public void rejected(String proxy, String what) {
            note.accept("control plane: " + proxy + " refused " + what);
        }

        @Override
        public void refused(String peer, String why) {
            note.accept("control plane: " + peer + " was turned away: " + why);
        }
    }
}
