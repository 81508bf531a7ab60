package dev.serin.cli.mesh;

import dev.serin.base.chance.Draws;
import dev.serin.base.flow.Owner;
import dev.serin.base.lifecycle.ClassArchive;
import dev.serin.base.time.ThreadTimers;
import dev.serin.base.time.Ticker;
import dev.serin.ca.CertificateAuthority;
import dev.serin.cli.sidecar.Distribution;
import dev.serin.local.capture.PacketFilter;
import dev.serin.local.capture.Setup;
import dev.serin.local.controllers.ControllerObserver;
import dev.serin.local.controllers.Controllers;
import dev.serin.local.controllers.Kinds;
import dev.serin.local.controllers.Machine;
import dev.serin.local.controllers.scale.MeshMetrics;
import dev.serin.local.controllers.storage.ClaimController;
import dev.serin.local.controllers.storage.Folders;
import dev.serin.local.dns.ClusterDns;
import dev.serin.local.dns.DnsServer;
import dev.serin.local.host.HostLink;
import dev.serin.local.host.MeshLock;
import dev.serin.local.host.Namespaces;
import dev.serin.local.host.Programs;
import dev.serin.local.image.ImageCatalogue;
import dev.serin.local.image.ImageMappings;
import dev.serin.local.node.Farewell;
import dev.serin.local.node.Node;
import dev.serin.local.node.SidecarHost;
import dev.serin.local.node.usage.Cgroups;
import dev.serin.local.node.usage.Metering;
import dev.serin.local.service.LoadBalancers;
import dev.serin.local.service.PodPorts;
import dev.serin.local.service.VirtualAddresses;
import dev.serin.loop.EpollLoop;

import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;

/// Process 1 of a mesh: makes its network, its API, its controllers, its node and its control
/// plane, brings in what the person gave, and ends them all. The composition root of one machine.
public final class Supervisor {
    private static final String NODE = "this-machine";
    private static final Duration PREDECESSOR = Duration.ofSeconds(60);

    private final MeshHome home;
    private final Distribution distribution;
    private final boolean shared;
    private final boolean egress;
    private final Path socket;
    private final Ticker ticker = Ticker.system();
    private final CompletableFuture<Duration> stop = new CompletableFuture<>();

    /// @param shared whether all proxies are in one process, else each in its pod
    /// @param egress whether pods reach the machine's network
    /// @param socket of the front, which started this process in namespaces of its own
    public Supervisor(
            MeshHome home, Distribution distribution, boolean shared, boolean egress, Path socket) {
        this.home = home;
        this.distribution = distribution;
        this.shared = shared;
        this.egress = egress;
        this.socket = socket;
    }

    /// Runs the mesh until the front says stop or ends; answers the exit code.
    ///
    /// @throws dev.serin.base.ProblemException if the mesh can't be started
    public int run() throws IOException {
        var begun = ticker.nanos();
        // 1. The network namespace becomes the router between pods. Then the slowest first: other
        // virtual machines, for the proxies and their sockets, start beside everything below.
        var programs =
                new Programs(System.getenv().getOrDefault("PATH", ""), Duration.ofSeconds(30));
        Namespaces.build(programs);
        var proxies = new MeshProxies(home, distribution, shared, programs, ticker, this::note);
        // 2. The front, through which we speak and get ports of the machine.
        var group = new MultiThreadIoEventLoopGroup(2, EpollLoop.newFactory());
        try (var link =
                        new HostLink(
                                socket, group, stop::complete, () -> stop.complete(Duration.ZERO));
                // One supervisor at a time may have the store: one whose front was killed needs a
                // moment to end.
                var _ =
                        MeshLock.await(
                                home.store(),
                                home.name(),
                                PREDECESSOR,
                                () ->
                                        link.print(
                                                "waiting for the end of the mesh that ran before"));
                // Ends before the front is told that the end is near.
                var _ = proxies) {
            // 3. What leads the pods' traffic to the proxies, and out of the mesh.
            var filter = new Setup(programs, true, link::print).filter();
            try (var outside = new WayOut(egress, link, group, ticker, this::note)) {
                run(new Ground(link, group, programs, filter, outside, proxies), begun);
            }
            return 0;
        } finally {
            proxies.close();
            group.shutdownGracefully();
        }
    }

    /// What everything else stands on.
    record Ground(
            HostLink link,
            MultiThreadIoEventLoopGroup group,
            Programs programs,
            PacketFilter filter,
            WayOut outside,
            MeshProxies proxies) {}

    private void run(Ground ground, long begun) throws IOException {
        var authority = CertificateAuthority.open(home.pki(), home.name(), ticker);
        var logs = new ContainerLogs(ticker);
        var streams = new ContainerStreams();
        var blocking = Executors.newVirtualThreadPerTaskExecutor();
        try (var timers = new ThreadTimers("timers", this::fault);
                var metering = new Metering(ticker, timers, blocking);
                var api =
                        new MeshApi(home, authority, logs, streams, metering, ticker, this::fault);
                var controlPlane =
                        new ControlPlanePod(api, authority, ticker, timers, this::note)) {
            // 4. The node, which runs pods as processes; its pods wait for step 6.
            var client = api.client("kubelet");
            Asleep.tell(client);
            var clockwork = new Clockwork(timers, blocking, metering);
            var node =
                    new Node(
                            node(
                                    ground,
                                    api,
                                    new MeshSidecars(controlPlane, ground.proxies().host()),
                                    new LastRequests(
                                            controlPlane, LastRequests.pages(), timers, blocking),
                                    clockwork));
            logs.use(client, node.logs());
            streams.use(node.streams());
            // 5. The API's doors, cluster DNS, controllers and the services' addresses.
            var kubernetes = api.open(ground.link(), ground.link()::print);
            var certificates = api.client("root-certificates");
            try (var _ = new RootCertificates(certificates, authority.rootPem(), this::fault);
                    var services = services(ground, api, clockwork)) {
                // 6. The mesh's own namespace: control plane and ingress gateway, as on a cluster.
                var rollout = new Rollout(api.client("serin"), home, ground.link()::print);
                rollout.install(authority.rootPem());
                node.start();
                // 7. What the person gave.
                rollout.given();
                rollout.awaitReady(stop);
                rollout.summary(
                        new Summary(services.gateway(), kubernetes, ground.outside().text()),
                        Duration.ofNanos(ticker.nanos() - begun));
                ground.link().onMore(() -> rollout.more(stop));
                ground.link().ready();
                ClassArchive.giveBack(timers);
                try (var _ = new Narrator(client, ground.link()::print)) {
                    node.stop(stop.join());
                }
            }
        }
    }

    /// What goes on beside the node's own threads.
    private record Clockwork(ThreadTimers timers, Executor blocking, Metering metering) {}

    private Node.Parts node(
            Ground ground,
            MeshApi api,
            SidecarHost sidecars,
            Farewell farewell,
            Clockwork clockwork) {
        // A container's environment is its own, but the unpacked library lies in this user's cache.
        var server =
                new ArrayList<>(
                        List.of(
                                "/usr/bin/env",
                                "XDG_CACHE_HOME=" + home.cache().getParent(),
                                "SERIN_CONTAINER=1"));
        server.addAll(distribution.command("serve"));
        var catalogue =
                new ImageCatalogue(
                        new ImageMappings(home.images()), server, ground.proxies().image());
        return new Node.Parts(
                NODE,
                Namespaces.GATEWAY,
                ground.proxies().pods(),
                MeshProxies.RUN,
                Namespaces.rootless(),
                Runtime.getRuntime().availableProcessors(),
                api.client("kubelet"),
                catalogue,
                api.tokenSource(),
                ground.filter(),
                sidecars,
                ground.programs(),
                ticker,
                clockwork.timers,
                clockwork.blocking,
                clockwork.metering,
                Cgroups.open(home.name(), Runtime.getRuntime().availableProcessors()),
                farewell,
                this::note);
    }

    private Services services(Ground ground, MeshApi api, Clockwork clockwork) {
        var named =
                new MeshMetrics(
                        api.client("metrics"),
                        ticker,
                        clockwork.timers,
                        clockwork.blocking,
                        new SidecarPages(""));
        var means =
                new Controllers.Means(
                        api.client("controller-manager"),
                        new Owner("controllers", this::fault),
                        new Owner("pod-maker", this::fault),
                        ticker,
                        clockwork.timers,
                        Draws.system(),
                        new ControllerObserver() {},
                        new Controllers.Measures(clockwork.metering, named));
        var controllers = Controllers.start(means, machine());
        var dns = new ClusterDns(means.client(), ticker, "cluster.local");
        means.start(dns);
        var server =
                new DnsServer(
                        dns,
                        new DnsServer.Sockets(
                                ground.group(),
                                EpollDatagramChannel::new,
                                EpollServerSocketChannel::new),
                        new InetSocketAddress(Namespaces.DNS, 53),
                        ground.outside().upstream(clockwork.timers()));
        means.start(
                new VirtualAddresses(
                        means.client(), ground.filter(), ticker, ground.outside().target()));
        var gateway = new GatewayPorts(ground.link(), ground.link()::print);
        var balancers =
                new LoadBalancers(
                        means.client(),
                        means.events("service-controller"),
                        gateway,
                        GatewayPorts.SERVICES);
        means.start(balancers);
        var podPorts = new PodPorts(means.client(), means.events("kubelet"), gateway);
        means.start(podPorts);
        if (means.client().list(Kinds.STORAGE_CLASS, null, Map.of()).isEmpty()) {
            means.client().create(ClaimController.standard());
        }
        means.start(
                new ClaimController(
                        means.client(),
                        means.events("persistentvolume-controller"),
                        ticker,
                        home.state().resolve("volumes"),
                        Folders::remove));
        return new Services(controllers, server, balancers, podPorts, gateway);
    }

    private static Machine machine() {
        return new Machine(
                NODE,
                List.of(Namespaces.GATEWAY),
                Runtime.getRuntime().availableProcessors(),
                Metering.machineMemory(),
                "amd64",
                System.getProperty("os.version", ""),
                "v1.37.0");
    }

    private record Services(
            Controllers controllers,
            DnsServer dns,
            LoadBalancers balancers,
            PodPorts podPorts,
            GatewayPorts ports)
            implements AutoCloseable {
        String gateway() {
            return ports.url();
        }

        @Override
        public void close() {
            balancers.close();
            podPorts.close();
            dns.close();
            controllers.close();
        }
    }

    private void fault(Throwable failure) {
        failure.printStackTrace(System.err);
    }

    private void note(String line) {
        System.err.println(line);
    }
}
