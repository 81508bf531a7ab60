package dev.serin.proxy;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.Durations;
import com.google.protobuf.util.JsonFormat;

import dev.serin.base.net.HostPort;
import dev.serin.proxy.admin.AdminPages;
import dev.serin.proxy.admin.AdminView;
import dev.serin.proxy.admin.PageServer;
import dev.serin.proxy.admin.Pages;
import dev.serin.proxy.agent.AgentPages;
import dev.serin.proxy.agent.AppClient;
import dev.serin.proxy.telemetry.log.ProxyLog;
import dev.serin.proxy.telemetry.metrics.StatName;

import io.envoyproxy.envoy.admin.v3.CommandLineOptions;
import io.envoyproxy.envoy.admin.v3.ConfigDump;
import io.envoyproxy.envoy.admin.v3.ServerInfo;
import io.envoyproxy.envoy.admin.v3.UnreadyTargetsDumps;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/// The pages of one proxy on their ports, and what they show of it.
final class ProxyPages implements AdminView, AutoCloseable {
    private static final Duration QUIT = Duration.ofMillis(50);

    private final Proxy proxy;
    private final long startNanos;
    private final List<PageServer> servers = new ArrayList<>();
    private final Map<String, InetSocketAddress> addresses = new ConcurrentHashMap<>();

    ProxyPages(Proxy proxy) {
        this.proxy = proxy;
        this.startNanos = proxy.runtime().ticker().nanos();
        proxy.telemetry()
                .metrics()
                .gauge(StatName.of("server.live"), () -> state().equals("LIVE") ? 1 : 0);
        proxy.telemetry().metrics().gauge(StatName.of("server.uptime"), this::uptimeSeconds);
        proxy.telemetry()
                .metrics()
                .gauge(StatName.of("control_plane.connected_state"), () -> connected() ? 1 : 0);
    }

    /// Binds all of them; fails with the first port that is taken.
    CompletableFuture<Void> start() {
        var ports = proxy.options().ports();
        var agent =
                new AgentPages(
                        proxy.readiness(),
                        proxy::draining,
                        proxy.telemetry().metrics(),
                        proxy.options().application(),
                        new AppClient(
                                proxy.place().sockets(),
                                proxy.runtime().workers().group(),
                                proxy.options().application().address()),
                        this::quit);
        return CompletableFuture.allOf(
                serve("admin", ports.admin(), new AdminPages(this, proxy.telemetry().metrics())),
                serve("stats", ports.stats(), agent.stats()),
                serve("status", ports.status(), agent.status()),
                serve("agent", ports.agent(), agent.agent()));
    }

    private CompletableFuture<Void> serve(String name, HostPort place, Pages pages) {
        var server =
                new PageServer(
                        name, proxy.place().sockets(), proxy.runtime().workers().group(), pages);
        servers.add(server);
        return server.start(place).thenAccept(address -> addresses.put(name, address));
    }

    Map<String, InetSocketAddress> addresses() {
        return Map.copyOf(addresses);
    }

    @Override
    public void close() {
        servers.forEach(PageServer::close);
    }

    @Override
    public String state() {
        if (proxy.draining() || proxy.failing()) {
            return "DRAINING";
        }
        return proxy.readiness().isReady() ? "LIVE" : "INITIALIZING";
    }

    @Override
    public CompletableFuture<String> clusters(boolean json) {
        return proxy.clusters(json);
    }

    @Override
    public CompletableFuture<String> listeners(boolean json) {
        return proxy.listeners(json);
    }

    @Override
    public CompletableFuture<ConfigDump> configDump(boolean endpoints) {
        return proxy.configDump(endpoints);
    }

    @Override
    public CompletableFuture<String> certificates() {
        return proxy.certificates().thenApply(ListenerPages::print);
    }

    @Override
    public String unready() {
        var missing = proxy.readiness().missing();
        var dumps = UnreadyTargetsDumps.newBuilder();
        if (!missing.isEmpty()) {
            dumps.addUnreadyTargetsDumpsBuilder()
                    .setName("init manager Server")
                    .addAllTargetNames(missing);
        }
        return ListenerPages.print(dumps.build());
    }

    @Override
    public void failHealth(boolean failing) {
        proxy.failHealth(failing);
    }

    @Override
    public String discovery() {
        var feed = proxy.feed();
        if (feed == null) {
            return "none: the configuration came from a file\n";
        }
        var state = feed.state();
        var text = new StringBuilder();
        text.append("server: ").append(state.server());
        text.append("\nconnected: ").append(state.connected());
        text.append("\nattempts: ").append(state.attempts());
        text.append("\nlast failure: ").append(state.failure() == null ? "-" : state.failure());
        state.types()
                .forEach((type, of) -> {
                    text.append('\n').append(type.abbreviation());
                    text.append(": held ").append(of.held());
                    text.append(", wanted ").append(of.wanted() == 0 ? "all" : of.wanted());
                    text.append(", version ").append(of.version().isEmpty() ? "-" : of.version());
                    text.append(", nonce ").append(of.nonce().isEmpty() ? "-" : of.nonce());
                    text.append(", updates ").append(of.updates());
                    text.append(", refused ").append(of.rejected());
                    if (of.lastRejection() != null) {
                        text.append("\n  last refused: ")
                                .append(of.lastRejection().replace("\n", "\n  "));
                    }
                });
        return text.append('\n').toString();
    }

    @Override
    public String serverInfo() {
        var info =
                ServerInfo.newBuilder()
                        .setVersion("serin-proxy")
                        .setState(ServerInfo.State.valueOf(state()))
                        .setNode(proxy.options().node())
                        .setHotRestartVersion("disabled")
                        .setCommandLineOptions(
                                CommandLineOptions.newBuilder()
                                        .setConcurrency(proxy.runtime().workers().all().size())
                                        .setLogLevel(logLevel())
                                        .setDrainTime(
                                                Durations.fromSeconds(
                                                        proxy.options().drain().toSeconds()))
                                        .setMode(CommandLineOptions.Mode.Serve)
                                        .setDisableHotRestart(true)
                                        .setServiceCluster(proxy.options().node().getCluster())
                                        .setServiceNode(proxy.options().node().getId())
                                        .setServiceZone(
                                                proxy.options().node().getLocality().getZone()))
                        .setUptimeCurrentEpoch(Durations.fromSeconds(uptimeSeconds()))
                        .setUptimeAllEpochs(Durations.fromSeconds(uptimeSeconds()));
        try {
            return JsonFormat.printer()
                    .preservingProtoFieldNames()
                    .alwaysPrintFieldsWithNoPresence()
                    .print(info);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public String logLevel() {
        return proxy.telemetry().log().level().shown();
    }

    @Override
    public boolean logLevel(String word) {
        var level = ProxyLog.Level.of(word);
        if (level != null) {
            proxy.telemetry().log().level(level);
        }
        return level != null;
    }

    @Override
    public void reopenLogs() {
        proxy.reopenLogs();
    }

    @Override
    public void drain(boolean graceful, boolean inboundOnly, boolean close) {
        proxy.drainListeners(graceful, inboundOnly, close);
    }

    @Override
    public void quit() {
        // After the answer has left.
        proxy.runtime().timers().after(QUIT, proxy::close);
    }

    private boolean connected() {
        var feed = proxy.feed();
        return feed != null && feed.state().connected();
    }

    private long uptimeSeconds() {
        return (proxy.runtime().ticker().nanos() - startNanos) / 1_000_000_000;
    }
}
