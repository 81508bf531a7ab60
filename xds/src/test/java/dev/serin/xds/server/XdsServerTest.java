package dev.serin.xds.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;
import dev.serin.testkit.Eventually;
import dev.serin.testkit.FakeTime;
import dev.serin.testkit.NothingLeft;
import dev.serin.xds.Rejected;
import dev.serin.xds.ResourceType;

import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.netty.channel.EventLoopGroup;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

@ExtendWith(NothingLeft.class)
final class XdsServerTest {
    private final ScriptedSource source = new ScriptedSource();
    private final FakeTime time = new FakeTime();
    private final List<String> events = new CopyOnWriteArrayList<>();
    private final ExecutorService executor = Executors.newFixedThreadPool(2);
    private final EventLoopGroup loops = Transport.loops(1);
    private volatile CallerAuthenticator callers = CallerAuthenticator.OPEN;
    private XdsServer server;
    private ManagedChannel channel;

    @BeforeEach
    void start() {
        var observer =
                new DiscoveryObserver() {
                    @Override
                    public void rejected(StreamName stream, Rejected rejected) {
                        events.add("rejected " + rejected.names() + " " + rejected.text());
                    }

                    @Override
                    public void synced(StreamName stream, String revision) {
                        events.add("synced " + revision);
                    }

                    @Override
                    public void silent(StreamName stream, ResourceType type) {
                        events.add("silent " + type);
                    }
                };
        server =
                new XdsServer(
                        source,
                        (token, names) -> callers.authenticate(token, names),
                        observer,
                        executor,
                        time,
                        time,
                        Limits.USUAL);
        var bound =
                (InetSocketAddress)
                        server.listen(
                                Transport.plain(
                                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                                        loops),
                                List.of());
        channel = NettyChannelBuilder.forAddress(bound).usePlaintext().build();
        source.set("CDS/a", "1");
        source.set("CDS/b", "1");
        source.set("EDS/a", "1");
        source.set("LDS/l", "1");
        source.set("RDS/r", "1");
    }

    @AfterEach
    void stop() throws InterruptedException {
        channel.shutdownNow();
        assertTrue(channel.awaitTermination(5, TimeUnit.SECONDS));
        server.close();
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        executor.shutdown();
    }

    @Test
    void aChangeSendsWhatDiffersAndSaysWhatIsGone() throws InterruptedException {
        var proxy = connected();
        source.set("CDS/b", null);
        source.set("LDS/l", "2");
        source.set("RDS/r", "1"); // as before: not sent
        server.push(Push.everything());
        proxy.expectAndAck("LDS", "l");
        proxy.expectAndAck("CDS", "-b"); // after the listeners and routes that named it
        proxy.expectNothing();
    }

    @Test
    void routesWaitUntilTheNewClustersEndpointsAreAnswered() throws InterruptedException {
        var proxy = connected();
        source.set("CDS/c", "1");
        source.set("EDS/c", "1");
        source.set("RDS/r", "to c");
        server.push(Push.everything());
        proxy.expectAndAck("CDS", "c");
        proxy.expectNothing(); // an answer to the cluster alone says nothing
        proxy.subscribe("EDS", "c");
        var endpoints = proxy.expect("EDS", "c");
        proxy.expectNothing();
        proxy.ack(endpoints);
        proxy.expectAndAck("RDS", "r");
    }

    @Test
    void aSilentProxyHoldsItsRoutesForABoundedWhileOnly() throws InterruptedException {
        var proxy = connected();
        source.set("CDS/a", "2");
        source.set("RDS/r", "2");
        server.push(Push.everything());
        proxy.expect("CDS", "a");
        proxy.expect("EDS", "a"); // once more: a changed cluster waits for them
        proxy.expectNothing();
        time.advance(Limits.USUAL.patience().plusMillis(1));
        proxy.expectAndAck("RDS", "r");
        assertTrue(events.contains("silent CLUSTER"), events.toString());
    }

    @Test
    void endpointsTakeTheShortWay() throws InterruptedException {
        var proxy = connected();
        source.set("EDS/a", "2");
        source.set("LDS/l", "unseen");
        server.push(Push.endpoints(java.util.Set.of("a", "somebody-else")));
        proxy.expectAndAck("EDS", "a");
        proxy.expectNothing();
    }

    @Test
    void afterAReconnectOnlyWhatChangedIsSent() throws InterruptedException {
        var proxy = new DeltaProxy(channel);
        var first = proxy.subscribe("CDS").expect("CDS", "a", "b");
        var held = Map.of("a", version(first, "a"), "b", version(first, "b"), "old", "0");
        proxy.end();
        source.set("CDS/b", "2");
        new DeltaProxy(channel).resume("CDS", held).expect("CDS", "-old", "b");
    }

    @Test
    void aNackIsReportedWithTheProxysWords() throws InterruptedException {
        var proxy = connected();
        source.set("LDS/l", "bad");
        server.push(Push.everything());
        proxy.nack(proxy.expect("LDS", "l"), "l: no such filter");
        Eventually.eventually(
                Duration.ofSeconds(10),
                "the rejection",
                () -> events.contains("rejected [l] l: no such filter"));
        server.push(Push.everything());
        proxy.expectNothing(); // not the same again
    }

    @Test
    void unknownNamesAreToldAtOnce() throws InterruptedException {
        connected().subscribe("RDS", "nowhere").expect("RDS", "-nowhere");
    }

    @Test
    void aCallerWithoutATokenIsRefusedWithTheCure() throws InterruptedException {
        callers =
                (token, _) -> {
                    throw new ProblemException(
                            Problem.of("token", String.valueOf(token), "mount a projected token"));
                };
        var error = new DeltaProxy(channel).subscribe("CDS").error();
        var status = Status.fromThrowable(error);
        assertEquals(Status.Code.UNAUTHENTICATED, status.getCode());
        assertTrue(status.getDescription().contains("mount a projected token"));
    }

    @Test
    void stateOfTheWorldHoldsAllClustersInEachResponse() throws InterruptedException {
        var responses = new LinkedBlockingQueue<DiscoveryResponse>();
        var requests =
                AggregatedDiscoveryServiceGrpc.newStub(channel)
                        .streamAggregatedResources(
                                new StreamObserver<DiscoveryResponse>() {
                                    @Override
                                    public void onNext(DiscoveryResponse response) {
                                        responses.add(response);
                                    }

                                    @Override
                                    public void onError(Throwable cause) {}

                                    @Override
                                    public void onCompleted() {}
                                });
        var request = DiscoveryRequest.newBuilder().setTypeUrl(ResourceType.CLUSTER.typeUrl());
        requests.onNext(
                request.setNode(Node.newBuilder().setId("sidecar~1~a.b~b.svc.cluster.local"))
                        .build());
        var first = responses.poll(10, TimeUnit.SECONDS);
        assertEquals(2, first.getResourcesCount());
        requests.onNext(request.clearNode().setResponseNonce(first.getNonce()).build());
        source.set("CDS/b", null);
        source.set("CDS/c", "1");
        server.push(Push.everything());
        var second = responses.poll(10, TimeUnit.SECONDS);
        assertEquals(3, second.getResourcesCount()); // b goes when the routes have gone
        requests.onNext(request.setResponseNonce(second.getNonce()).build());
        assertEquals(2, responses.poll(10, TimeUnit.SECONDS).getResourcesCount());
    }

    @Test
    void saysWhenAProxyIsSynced() throws InterruptedException {
        connected();
        Eventually.eventually(Duration.ofSeconds(10), "synced", () -> events.contains("synced 6"));
    }

    private DeltaProxy connected() throws InterruptedException {
        return new DeltaProxy(channel)
                .subscribe("CDS")
                .expectAndAck("CDS", "a", "b")
                .subscribe("EDS", "a")
                .expectAndAck("EDS", "a")
                .subscribe("LDS")
                .expectAndAck("LDS", "l")
                .subscribe("RDS", "r")
                .expectAndAck("RDS", "r");
    }

    private static String version(
            io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse response, String name) {
        return response.getResourcesList().stream()
                .filter(r -> r.getName().equals(name))
                .findFirst()
                .orElseThrow()
                .getVersion();
    }
}
