package dev.serin.conformance.differential.peer;

import dev.serin.base.time.ThreadTimers;
import dev.serin.base.time.Ticker;
import dev.serin.conformance.differential.scenario.ResourceSet;
import dev.serin.testkit.Eventually;
import dev.serin.xds.Rejected;
import dev.serin.xds.ResourceType;
import dev.serin.xds.XdsResource;
import dev.serin.xds.server.Caller;
import dev.serin.xds.server.CallerAuthenticator;
import dev.serin.xds.server.DiscoveryObserver;
import dev.serin.xds.server.DiscoverySource;
import dev.serin.xds.server.Limits;
import dev.serin.xds.server.Push;
import dev.serin.xds.server.Transport;
import dev.serin.xds.server.XdsServer;

import io.envoyproxy.envoy.config.core.v3.Node;
import io.netty.channel.EventLoopGroup;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// Our own discovery server, which tells every proxy the same.
public final class ResourceServer implements AutoCloseable {
    private static final Duration BOUND = Duration.ofSeconds(20);

    private final ThreadTimers timers = new ThreadTimers("timers", Throwable::printStackTrace);
    private final EventLoopGroup loops = Transport.loops(1);
    private final ExecutorService streams = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<String, String> synced = new ConcurrentHashMap<>();
    private final ConcurrentLinkedQueue<Nack> nacks = new ConcurrentLinkedQueue<>();
    private final XdsServer server;
    private final int port;
    private volatile Frozen current = new Frozen("0", ResourceSet.empty());

    /// A response of ours that a proxy refused.
    private record Nack(String node, Rejected rejected) {}

    public ResourceServer() {
        server =
                new XdsServer(
                        new Source(),
                        CallerAuthenticator.OPEN,
                        new Observer(),
                        streams,
                        Ticker.system(),
                        timers,
                        Limits.USUAL);
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        port =
                ((InetSocketAddress) server.listen(Transport.plain(address, loops), List.of()))
                        .getPort();
    }

    public int port() {
        return port;
    }

    /// Tells all proxies, and returns when these peers use it.
    public void set(ResourceSet resources, List<? extends Peer> peers) {
        if (resources.equals(current.set())) {
            return;
        }
        nacks.clear();
        var revision = Integer.toString(Integer.parseInt(current.revision()) + 1);
        current = new Frozen(revision, resources);
        server.push(Push.everything());
        for (var peer : peers) {
            var used =
                    Eventually.poll(
                            BOUND,
                            () ->
                                    revision.equals(synced.get(peer.node()))
                                            && peer.uses(resources.all(), refused(peer, resources)),
                            done -> done);
            if (!used) {
                throw new IllegalStateException(
                        peer.name()
                                + " does not use what it was told within "
                                + BOUND
                                + "; synced: "
                                + synced.get(peer.node())
                                + " of "
                                + revision
                                + "; refused: "
                                + refusals(peer));
            }
        }
    }

    /// What a proxy refused of the last setting, in its own words.
    public List<String> refusals(Peer peer) {
        return nacks.stream()
                .filter(n -> n.node().equals(peer.node()))
                .map(n -> n.rejected().type().abbreviation() + ": " + n.rejected().text())
                .distinct()
                .toList();
    }

    /// Names of the resources that a proxy refused of the last setting: those of a refused response
    /// that its words name.
    public Set<String> refused(Peer peer, ResourceSet resources) {
        var names = new TreeSet<String>();
        for (var nack : nacks) {
            if (nack.node().equals(peer.node())) {
                var type = nack.rejected().type();
                var sent =
                        resources.of(type).stream()
                                .map(XdsResource::name)
                                .filter(nack.rejected().names()::contains)
                                .toList();
                var named = sent.stream().filter(n -> isNamed(n, nack.rejected().text())).toList();
                (named.isEmpty() ? sent : named)
                        .forEach(name -> names.add(type.abbreviation() + " " + name));
            }
        }
        return names;
    }

    /// As a word of its own: some names are single letters.
    private static boolean isNamed(String name, String text) {
        return java.util.regex.Pattern.compile(
                        "(?<![A-Za-z0-9])"
                                + java.util.regex.Pattern.quote(name)
                                + "(?![A-Za-z0-9])")
                .matcher(text)
                .find();
    }

    @Override
    public void close() {
        server.close();
        loops.shutdownGracefully(0, 1, java.util.concurrent.TimeUnit.SECONDS).syncUninterruptibly();
        streams.close();
        timers.close();
    }

    private final class Observer implements DiscoveryObserver {
        @Override
        public void rejected(StreamName stream, Rejected rejected) {
            nacks.add(new Nack(stream.nodeId(), rejected));
            if (Boolean.getBoolean("serin.refusals")) {
                System.err.println(stream.nodeId() + " refuses: " + rejected.text());
            }
        }

        @Override
        public void synced(StreamName stream, String revision) {
            synced.put(stream.nodeId(), revision);
        }

        @Override
        public void failed(String proxy, RuntimeException cause) {
            cause.printStackTrace();
        }
    }

    private final class Source implements DiscoverySource {
        @Override
        public Client open(Node node, Caller caller) {
            return new Client() {
                @Override
                public Resources newest() {
                    return current;
                }

                @Override
                public void close() {}
            };
        }
    }

    private record Frozen(String revision, ResourceSet set) implements DiscoverySource.Resources {
        @Override
        public List<XdsResource> all(ResourceType type) {
            return set.of(type);
        }

        @Override
        public @Nullable XdsResource find(ResourceType type, String name) {
            return set.of(type).stream()
                    .filter(r -> r.name().equals(name))
                    .findFirst()
                    .orElse(null);
        }
    }
}
