package dev.serin.xds.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.rpc.BadRequest;

import dev.serin.base.chance.Draws;
import dev.serin.base.flow.Owner;
import dev.serin.base.net.HostPort;
import dev.serin.base.time.Backoff;
import dev.serin.testkit.Eventually;
import dev.serin.testkit.FakeTime;
import dev.serin.testkit.NothingLeft;
import dev.serin.xds.ResourceType;

import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

@ExtendWith(NothingLeft.class)
class AdsClientTest {
    private static final Duration BOUND = Duration.ofSeconds(10);

    @TempDir private Path folder;
    private final FakeTime time = new FakeTime();
    private final BlockingQueue<ResourceWatcher.Change> changes = new LinkedBlockingQueue<>();
    private final List<Throwable> failures = new ArrayList<>();
    private MultiThreadIoEventLoopGroup loops;
    private Owner owner;
    private ScriptedServer server;
    private AdsClient client;
    private Path token;

    @BeforeEach
    void connect() throws Exception {
        loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        owner = new Owner("ads", failures::add);
        server = new ScriptedServer(0);
        token = Files.writeString(folder.resolve("token"), "first\n");
        var transport =
                new NettyTransport(
                        new HostPort("istiod.test", server.port()),
                        _ -> InetAddress.getLoopbackAddress(),
                        loops,
                        NioSocketChannel::new,
                        owner,
                        null,
                        token);
        var backoff =
                new Backoff(
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(30),
                        Draws.system().named("xds-reconnect"));
        var node = Node.newBuilder().setId("sidecar~10.0.0.1~web.shop~shop.svc").build();
        var terms = new AdsTerms(node, AdsTerms.Form.DELTA, AdsTerms.USUAL);
        client = new AdsClient(terms, transport, this::refuseBad, time, backoff, owner);
        client.start();
    }

    @AfterEach
    void close() throws Exception {
        client.close();
        owner.call(() -> true).join();
        server.close();
        owner.close();
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
        assertEquals(List.of(), failures);
    }

    @Test
    void asksForAllClustersThenAllListenersAndNamesItselfOnce() throws Exception {
        var first = server.next();
        var second = server.next();

        assertEquals(ResourceType.CLUSTER.typeUrl(), first.getTypeUrl());
        assertEquals("sidecar~10.0.0.1~web.shop~shop.svc", first.getNode().getId());
        assertEquals(0, first.getResourceNamesSubscribeCount());
        assertEquals(ResourceType.LISTENER.typeUrl(), second.getTypeUrl());
        assertFalse(second.hasNode());
        assertEquals("Bearer first", server.tokens.poll(1, TimeUnit.SECONDS));

        server.send(ResourceType.CLUSTER, "n1", List.of(cluster("a", "1")), List.of());
        var ack = server.next();
        assertEquals("n1", ack.getResponseNonce());
        assertFalse(ack.hasErrorDetail());
        assertFalse(ack.hasNode());
        var change = change();
        assertEquals("a", change.resources().getFirst().name());
        assertEquals("rev-n1", change.version());
    }

    @Test
    void tellsOnlyWhatChangedInWhatIsWanted() throws Exception {
        server.next();
        server.next();

        client.want(ResourceType.ENDPOINT, Set.of("a", "b"));
        assertEquals(List.of("a", "b"), server.next().getResourceNamesSubscribeList());
        client.want(ResourceType.ENDPOINT, Set.of("a", "b"));
        client.want(ResourceType.ENDPOINT, Set.of("b", "c"));
        var change = server.next();
        assertEquals(List.of("c"), change.getResourceNamesSubscribeList());
        assertEquals(List.of("a"), change.getResourceNamesUnsubscribeList());
        client.want(ResourceType.ENDPOINT, Set.of());
        var none = server.next();
        assertEquals(List.of("b", "c"), none.getResourceNamesUnsubscribeList());
        assertEquals(0, none.getResourceNamesSubscribeCount());
    }

    @Test
    void refusesByNameAndDoesNotClaimTheRefusedAfterReconnect() throws Exception {
        server.next();
        server.next();
        server.send(
                ResourceType.CLUSTER,
                "n1",
                List.of(cluster("bad-later", "1"), cluster("good", "1"), cluster("gone", "1")),
                List.of());
        assertFalse(server.next().hasErrorDetail());
        server.send(
                ResourceType.CLUSTER,
                "n2",
                List.of(
                        cluster("bad-later", "2-bad"),
                        cluster("bad-new", "1-bad"),
                        cluster("good", "2")),
                List.of("gone"));

        var nack = server.next();
        assertEquals("n2", nack.getResponseNonce());
        assertEquals(
                "bad-later: version says so\nbad-new: version says so",
                nack.getErrorDetail().getMessage());
        var details = nack.getErrorDetail().getDetails(0).unpack(BadRequest.class);
        assertEquals("bad-new", details.getFieldViolations(1).getField());
        Eventually.eventually(
                BOUND, "the state shows the NACK", () -> rejected(ResourceType.CLUSTER) == 1);

        Files.writeString(token, "second");
        server.endStream();
        Eventually.eventually(BOUND, "a retry is planned", () -> time.waiting() == 1);
        assertFalse(client.state().connected());
        assertEquals("the server ended the stream", client.state().failure());
        time.advance(Duration.ofSeconds(1));

        var again = server.next();
        assertTrue(again.hasNode());
        assertEquals(Map.of("bad-later", "1", "good", "2"), again.getInitialResourceVersionsMap());
        server.tokens.poll(1, TimeUnit.SECONDS);
        assertEquals("Bearer second", server.tokens.poll(1, TimeUnit.SECONDS));
    }

    @Test
    void comesBackWhenTheServerDoes() throws Exception {
        server.next();
        server.next();
        client.want(ResourceType.ENDPOINT, Set.of("a"));
        server.next();
        var endpoints = ClusterLoadAssignment.newBuilder().setClusterName("a").build();
        server.send(
                ResourceType.ENDPOINT,
                "n1",
                List.of(ScriptedServer.resource("a", "7", endpoints)),
                List.of());
        server.next();
        Eventually.eventually(BOUND, "connected", () -> client.state().connected());
        var port = server.port();
        server.close();
        Eventually.eventually(BOUND, "a retry is planned", () -> time.waiting() == 1);
        time.advance(Duration.ofSeconds(1));
        Eventually.eventually(
                BOUND, "a second one", () -> time.waiting() == 1 && client.state().attempts() == 2);

        server = new ScriptedServer(port);
        time.advance(Duration.ofSeconds(2));

        assertEquals(ResourceType.CLUSTER.typeUrl(), server.next().getTypeUrl());
        var again = server.next();
        assertEquals(List.of("a"), again.getResourceNamesSubscribeList());
        assertEquals(Map.of("a", "7"), again.getInitialResourceVersionsMap());
        assertEquals(ResourceType.LISTENER.typeUrl(), server.next().getTypeUrl());
        Eventually.eventually(BOUND, "the third attempt", () -> client.state().attempts() == 3);
    }

    @Test
    void triesLaterWhenItsTokenCannotBeRead() throws Exception {
        server.next();
        server.next();
        Files.delete(token);
        server.endStream();
        Eventually.eventually(BOUND, "a retry is planned", () -> time.waiting() == 1);
        time.advance(Duration.ofSeconds(1));
        Eventually.eventually(
                BOUND,
                "it says which file",
                () -> String.valueOf(client.state().failure()).contains("token"));
        Files.writeString(token, "back");
        time.advance(Duration.ofSeconds(3));
        assertTrue(server.next().hasNode());
    }

    private List<ResourceWatcher.Refused> refuseBad(ResourceWatcher.Change change) {
        changes.add(change);
        return change.resources().stream()
                .filter(r -> r.version().endsWith("bad"))
                .map(r -> new ResourceWatcher.Refused(r.name(), "version says so"))
                .toList();
    }

    private long rejected(ResourceType type) {
        var part = client.state().types().get(type);
        return part == null ? 0 : part.rejected();
    }

    private ResourceWatcher.Change change() throws InterruptedException {
        return changes.poll(10, TimeUnit.SECONDS);
    }

    private static Resource cluster(String name, String version) {
        return ScriptedServer.resource(name, version, Cluster.newBuilder().setName(name).build());
    }
}
