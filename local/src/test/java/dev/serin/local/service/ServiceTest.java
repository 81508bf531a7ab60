package dev.serin.local.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;
import dev.serin.base.net.HostPort;
import dev.serin.config.Resource;
import dev.serin.config.ResourceKey;
import dev.serin.local.capture.PacketFilter;
import dev.serin.local.controllers.ControllerLoop;
import dev.serin.local.controllers.ControllerObserver;
import dev.serin.local.controllers.Events;
import dev.serin.local.controllers.Kinds;
import dev.serin.local.controllers.MemoryApi;
import dev.serin.local.host.HostPorts;
import dev.serin.testkit.FakeTime;
import dev.serin.testkit.NothingLeft;
import dev.serin.testkit.ScriptedDraws;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;

@ExtendWith(NothingLeft.class)
class ServiceTest {
    private static final ResourceKey GATEWAY =
            Kinds.key(Kinds.SERVICE, "istio-system", "istio-ingressgateway");
    private final FakeTime time = new FakeTime();
    private final MemoryApi api = new MemoryApi(time);
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private final Filter filter = new Filter();
    private final Ports ports = new Ports();
    private final ScriptedDraws draws = new ScriptedDraws(1);
    private final ControllerObserver observer = new ControllerObserver() {};
    private final LoadBalancers balancers =
            new LoadBalancers(
                    api,
                    new Events(api, "service-controller", time, draws, observer),
                    ports,
                    Map.of(GATEWAY, Map.of(80, 8080, 443, 8443)));
    private final PodPorts podPorts =
            new PodPorts(api, new Events(api, "kubelet", time, draws, observer), ports);
    private final List<ControllerLoop> loops =
            List.of(
                    new ControllerLoop(podPorts, api, tasks::add, time, draws, observer),
                    new ControllerLoop(balancers, api, tasks::add, time, draws, observer),
                    new ControllerLoop(
                            new VirtualAddresses(api, filter, time, PacketFilter.CLOSED),
                            api,
                            tasks::add,
                            time,
                            draws,
                            observer));

    @AfterEach
    void close() {
        loops.forEach(ControllerLoop::close);
        run();
        balancers.close();
        podPorts.close();
        assertEquals(Map.of(), ports.open);
    }

    @Test
    void rulesHoldTheReadyTargetsAndAreWrittenOnlyWhenTheyChange() {
        service(
                "web",
                "'clusterIP':'10.96.0.5','selector':{'app':'web'},'ports':[{'name':'h','port':80}]");
        service("kubernetes", "'clusterIP':'10.96.0.1','ports':[{'port':443}]");
        service("headless", "'clusterIP':'None','selector':{'a':'b'},'ports':[{'port':80}]");
        run();
        assertEquals(
                List.of(new PacketFilter.ServiceRule("10.96.0.5", "tcp", 80, List.of())),
                filter.rules);
        slice("web", "h", "10.244.0.9", "10.244.0.7", "!10.244.0.8");
        soon();
        assertEquals(
                List.of(
                        new PacketFilter.Target("10.244.0.7", 8501),
                        new PacketFilter.Target("10.244.0.9", 8501)),
                filter.rules.getFirst().targets());
        var writes = filter.writes;
        slice("web", "h", "10.244.0.7", "10.244.0.9");
        soon();
        assertEquals(writes, filter.writes, "the same targets in another order");
    }

    @Test
    void aServiceThatIsItsOwnEndpointHasNoRule() {
        service("kubernetes", "'clusterIP':'10.96.0.1','ports':[{'name':'h','port':8501}]");
        slice("kubernetes", "h", "10.96.0.1");
        run();
        assertEquals(List.of(), filter.rules);
    }

    @Test
    void aBurstOfChangesIsTwoWrites() {
        for (var i = 0; i < 50; i++) {
            service(
                    "s" + i,
                    "'clusterIP':'10.96.1." + i + "','selector':{'a':'b'},'ports':[{'port':80}]");
            run();
        }
        assertEquals(1, filter.writes);
        soon();
        assertEquals(2, filter.writes);
        assertEquals(50, filter.rules.size());
    }

    @Test
    void aFilterThatFailsIsTriedAgain() {
        filter.failures = 2;
        service("web", "'clusterIP':'10.96.0.5','selector':{'a':'b'},'ports':[{'port':80}]");
        for (var i = 0; i < 10; i++) {
            soon();
        }
        assertEquals(1, filter.rules.size());
    }

    @Test
    void whileNothingIsReadyThoseThatEndStillServe() {
        service(
                "web",
                "'clusterIP':'10.96.0.5','selector':{'a':'b'},'ports':[{'name':'h','port':80}]");
        slice("web", "h", "~10.244.0.7");
        run();
        assertEquals(
                List.of(new PacketFilter.Target("10.244.0.7", 8501)),
                filter.rules.getFirst().targets());
    }

    @Test
    void theGatewayHasLocalhostWithItsOwnNumbers() {
        api.create(
                MemoryApi.resource(
                        Kinds.SERVICE,
                        """
                        {'metadata':{'name':'istio-ingressgateway','namespace':'istio-system'},
                         'spec':{'type':'LoadBalancer','ports':[{'name':'http2','port':80},
                         {'name':'https','port':443},{'name':'extra','port':9000}]}}
                        """));
        run();
        assertEquals(
                Set.of("127.0.0.1:8080", "127.0.0.1:8443", "127.0.0.1:9000"), ports.open.keySet());
        assertEquals(List.of("127.0.0.1"), addresses(GATEWAY));
    }

    @Test
    void othersHaveAnAddressOfTheirOwnThatStaysAndLocalhostWhereItIsFree() {
        service("web", "'type':'LoadBalancer','ports':[{'name':'h','port':8501}]");
        service("other", "'type':'LoadBalancer','ports':[{'name':'h','port':8501}]");
        service("greedy", "'type':'LoadBalancer','ports':[{'name':'h','port':8080}]");
        run();
        var web = addresses(key("web"));
        assertTrue(web.getFirst().startsWith("127.0."), "" + web);
        assertEquals("127.0.0.1", web.getLast());
        assertEquals(1, addresses(key("other")).size(), "127.0.0.1:8501 is the first one's");
        assertEquals(1, addresses(key("greedy")).size(), "127.0.0.1:8080 is kept for the gateway");
        assertEquals(
                web.getFirst(),
                Objects.requireNonNull(api.get(key("web")))
                        .annotations()
                        .get(LoopbackAddresses.ANNOTATION));
    }

    @Test
    void connectionsGoRoundTheReadyEndpoints() {
        service("web", "'type':'LoadBalancer','ports':[{'name':'h','port':8501}]");
        run();
        var backend = Objects.requireNonNull(ports.open.get("127.0.0.1:8501"));
        assertEquals(null, backend.get());
        slice("web", "h", "10.244.0.7", "10.244.0.9");
        run();
        var seen = new HashSet<String>();
        for (var i = 0; i < 4; i++) {
            seen.add("" + Objects.requireNonNull(backend.get()).getHostString());
        }
        assertEquals(Set.of("10.244.0.7", "10.244.0.9"), seen);
    }

    @Test
    void aTakenPortIsAnEventWithItsCureAndIsHadLater() {
        service(
                "web",
                "'type':'LoadBalancer','ports':[{'name':'h','port':8501},{'name':'i','port':80}]");
        ports.refuse.add(80);
        run();
        var own = addresses(key("web")).getFirst();
        var event = api.list(Kinds.EVENT, null, Map.of()).getFirst().body();
        assertEquals("HostPortUnavailable", event.path("reason").asString(""));
        var message = event.path("message").asString("");
        assertTrue(message.contains(own + ":80") && message.contains("cure:"), message);
        assertTrue(ports.open.containsKey(own + ":8501"), "the other port is not touched by it");
        ports.refuse.clear();
        time.advance(Duration.ofSeconds(11));
        run();
        assertTrue(ports.open.containsKey(own + ":80"));
    }

    @Test
    void whatIsNoLoadBalancerAnyMoreIsClosedAndForgotten() {
        service("web", "'type':'LoadBalancer','ports':[{'name':'h','port':8501}]");
        run();
        var body = Objects.requireNonNull(api.get(key("web"))).body().deepCopy();
        body.withObject("/spec").put("type", "ClusterIP");
        api.update(new Resource(Kinds.SERVICE, body));
        run();
        assertEquals(Map.of(), ports.open);
        assertEquals(List.of(), addresses(key("web")));
        service("gone", "'type':'LoadBalancer','ports':[{'name':'h','port':8501}]");
        run();
        api.delete(key("gone"), null);
        run();
        assertEquals(Map.of(), ports.open);
    }

    @Test
    void aNodePortIsOnTheMachineAndOnTheNode() {
        service(
                "web",
                "'type':'NodePort','clusterIP':'10.96.0.5','selector':{'app':'web'},"
                        + "'ports':[{'name':'h','port':80,'nodePort':30080},"
                        + "{'name':'u','port':53,'protocol':'UDP','nodePort':30053}]");
        slice("web", "h", "10.244.0.7");
        run();
        assertEquals(Set.of("127.0.0.1:30080"), ports.open.keySet());
        var target = List.of(new PacketFilter.Target("10.244.0.7", 8501));
        assertEquals(
                List.of(
                        new PacketFilter.ServiceRule("10.96.0.5", "tcp", 80, target),
                        new PacketFilter.ServiceRule("10.96.0.5", "udp", 53, List.of()),
                        new PacketFilter.ServiceRule("169.254.1.1", "tcp", 30080, target),
                        new PacketFilter.ServiceRule("169.254.1.1", "udp", 30053, List.of())),
                filter.rules);
        assertEquals(List.of(), addresses(key("web")), "the status shows balancers only");
        assertEquals(
                "10.244.0.7",
                Objects.requireNonNull(
                                Objects.requireNonNull(ports.open.get("127.0.0.1:30080")).get())
                        .getHostString());
        var body = Objects.requireNonNull(api.get(key("web"))).body().deepCopy();
        body.withObject("/spec").put("type", "ClusterIP");
        api.update(new Resource(Kinds.SERVICE, body));
        soon();
        assertEquals(Map.of(), ports.open);
        assertEquals(2, filter.rules.size());
    }

    @Test
    void aTakenNodePortIsAnEventThatNamesBothWaysOut() {
        ports.refuse.add(30080);
        service("web", "'type':'NodePort','ports':[{'name':'h','port':80,'nodePort':30080}]");
        run();
        var event = api.list(Kinds.EVENT, null, Map.of()).getFirst().body();
        assertEquals(
                "port 127.0.0.1:30080: in use; cure: stop what uses it, or set another nodePort",
                event.path("message").asString(""));
        ports.refuse.clear();
        time.advance(Duration.ofSeconds(11));
        run();
        assertEquals(Set.of("127.0.0.1:30080"), ports.open.keySet());
    }

    @Test
    void aHostPortLeadsIntoItsPodWhileThatRuns() {
        ports.refuse.add(9001);
        api.create(
                MemoryApi.resource(
                        Kinds.POD,
                        """
                        {'metadata':{'name':'p'},'spec':{'containers':[{'name':'c','ports':[
                         {'containerPort':80,'hostPort':9000},
                         {'containerPort':81,'hostPort':9001,'hostIP':'127.0.0.9'},
                         {'containerPort':82,'protocol':'UDP','hostPort':9002},{'containerPort':83}]}]},
                         'status':{'phase':'Running','podIP':'10.244.0.7'}}
                        """));
        run();
        assertEquals(Set.of("127.0.0.1:9000"), ports.open.keySet());
        var backend = Objects.requireNonNull(ports.open.get("127.0.0.1:9000")).get();
        assertEquals(new InetSocketAddress("10.244.0.7", 80), backend);
        assertEquals(
                List.of("tcp 9000 80", "tcp 9001 81", "udp 9002 82"),
                filter.rules.stream()
                        .map(r ->
                                r.protocol() + " " + r.port() + " " + r.targets().getFirst().port())
                        .toList());
        var event = api.list(Kinds.EVENT, null, Map.of()).getFirst().body();
        assertTrue(event.path("message").asString("").contains("127.0.0.9:9001"), "" + event);
        var pod = Kinds.key(Kinds.POD, "default", "p");
        var body = Objects.requireNonNull(api.get(pod)).body().deepCopy();
        body.withObject("/status").put("phase", "Succeeded");
        api.updateStatus(new Resource(Kinds.POD, body));
        soon();
        assertEquals(Map.of(), ports.open);
        assertEquals(List.of(), filter.rules);
    }

    private static ResourceKey key(String name) {
        return Kinds.key(Kinds.SERVICE, "default", name);
    }

    private List<String> addresses(ResourceKey key) {
        return Objects.requireNonNull(api.get(key))
                .status()
                .path("loadBalancer")
                .path("ingress")
                .valueStream()
                .map(i -> i.path("ip").asString(""))
                .toList();
    }

    private void service(String name, String spec) {
        api.create(
                MemoryApi.resource(
                        Kinds.SERVICE,
                        "{'metadata':{'name':'%s'},'spec':{%s}}".formatted(name, spec)));
    }

    /// @param addresses `!` marks one that is not ready, `~` one that ends
    private void slice(String service, String port, String... addresses) {
        var endpoints = new ArrayList<String>();
        for (var address : addresses) {
            endpoints.add(
                    "{'addresses':['%s'],'conditions':{'ready':%b,'serving':%b,'terminating':%b}}"
                            .formatted(
                                    address.replaceFirst("[!~]", ""),
                                    !address.startsWith("!") && !address.startsWith("~"),
                                    !address.startsWith("!"),
                                    address.startsWith("~")));
        }
        var slice =
                MemoryApi.resource(
                        Kinds.ENDPOINT_SLICE,
                        """
                        {'metadata':{'name':'%s-x','labels':{'kubernetes.io/service-name':'%s'}},
                         'addressType':'IPv4','ports':[{'name':'%s','port':8501,'protocol':'TCP'}],
                         'endpoints':%s}
                        """
                                .formatted(service, service, port, endpoints));
        if (api.get(slice.key()) == null) {
            api.create(slice);
        } else {
            api.update(slice);
        }
    }

    private void run() {
        for (var task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }

    private void soon() {
        run();
        time.advance(Duration.ofMillis(500));
        run();
    }

    private static final class Filter implements PacketFilter {
        private List<ServiceRule> rules = List.of();
        private int writes;
        private int failures;

        @Override
        public void capture(Path namespace, Set<Integer> inboundLeftAlone) {}

        @Override
        public void services(List<ServiceRule> services, Target outside) {
            if (failures-- > 0) {
                throw new ProblemException(Problem.of("nft", "busy", "try again"));
            }
            rules = services;
            writes++;
        }
    }

    private static final class Ports implements HostPorts {
        private final Map<String, Supplier<@Nullable InetSocketAddress>> open = new TreeMap<>();
        private final Set<Integer> refuse = new HashSet<>();

        @Override
        public Opened open(HostPort address, Supplier<@Nullable InetSocketAddress> backend) {
            if (refuse.contains(address.port()) || open.containsKey(address.toString())) {
                throw new ProblemException(
                        Problem.of("port " + address, "in use", "stop what uses it"));
            }
            open.put(address.toString(), backend);
            return new Opened() {
                @Override
                public HostPort address() {
                    return address;
                }

                @Override
                public void close() {
                    open.remove(address.toString());
                }
            };
        }
    }
}
