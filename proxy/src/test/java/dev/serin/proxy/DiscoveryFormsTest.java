package dev.serin.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Message;

import dev.serin.base.ProblemException;
import dev.serin.base.time.Ticker;
import dev.serin.proxy.Origin.Wire;
import dev.serin.proxy.bootstrap.ContainerFiles;
import dev.serin.proxy.bootstrap.FileBootstrap;
import dev.serin.proxy.socket.HostSockets;
import dev.serin.testkit.Eventually;
import dev.serin.testkit.NothingLeft;
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

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/// A proxy on an Envoy bootstrap that names its control plane, asked in both forms of the protocol.
@ExtendWith(NothingLeft.class)
class DiscoveryFormsTest {
    private static final Duration BOUND = Duration.ofSeconds(10);

    private final Told source = new Told();
    private final List<String> events = new CopyOnWriteArrayList<>();
    private final ExecutorService executor = Executors.newFixedThreadPool(2);
    private final EventLoopGroup loops = Transport.loops(1);
    private ProxyRuntime.Machine machine;
    private XdsServer server;
    private int port;

    @BeforeEach
    void start() {
        machine = ProxyRuntime.ofMachine(1);
        var observer =
                new DiscoveryObserver() {
                    @Override
                    public void rejected(StreamName stream, Rejected rejected) {
                        events.add(rejected.text());
                    }
                };
        server =
                new XdsServer(
                        source,
                        CallerAuthenticator.OPEN,
                        observer,
                        executor,
                        Ticker.system(),
                        machine.runtime().timers(),
                        Limits.USUAL);
        var any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        port =
                ((InetSocketAddress) server.listen(Transport.plain(any, loops), List.of()))
                        .getPort();
    }

    @AfterEach
    void stop() {
        server.close();
        machine.close();
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
        executor.shutdown();
    }

    private String bootstrap(String type) {
        return """
        node: {id: test, cluster: test}
        dynamic_resources:
          ads_config:
            api_type: TYPE
            transport_api_version: V3
            set_node_on_first_message_only: true
            grpc_services: [{envoy_grpc: {cluster_name: xds}}]
          cds_config: {resource_api_version: V3, ads: {}}
          lds_config: {resource_api_version: V3, ads: {}}
        static_resources:
          clusters:
          - name: xds
            connect_timeout: 1s
            typed_extension_protocol_options:
              envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
                "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
                explicit_http_config: {http2_protocol_options: {}}
            load_assignment:
              cluster_name: xds
              endpoints:
              - lb_endpoints: [{endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: PORT}}}}]
        """
                .replace("TYPE", type)
                .replace("PORT", Integer.toString(port));
    }

    @ParameterizedTest
    @ValueSource(strings = {"GRPC", "DELTA_GRPC"})
    void takesWhatItIsToldAndForgetsWhatIsGone(String type) throws Exception {
        try (var one = Origin.answering("one");
                var two = Origin.answering("two")) {
            source.set(ResourceType.CLUSTER, "one", Rig.cluster("one", one.port()));
            source.set(ResourceType.CLUSTER, "two", Rig.cluster("two", two.port()));
            source.set(ResourceType.LISTENER, "main", Rig.http());
            source.set(ResourceType.ROUTE, "routes", to("one"));
            var proxy = proxy(bootstrap(type));
            proxy.start();
            proxy.ready().get(20, TimeUnit.SECONDS);
            var main = proxy.addresses("main").getFirst().getPort();
            assertEquals("one", answer(main));

            source.set(ResourceType.ROUTE, "routes", to("two"));
            source.set(ResourceType.CLUSTER, "one", null);
            source.set(
                    ResourceType.CLUSTER,
                    "bad",
                    Yaml.cluster("{name: bad, connect_timeout: 1s, type: 99}"));
            server.push(Push.everything());
            Eventually.eventually(BOUND, "the new route", () -> answer(main).equals("two"));
            Eventually.eventually(BOUND, "the refusal", () -> !events.isEmpty());
            assertTrue(events.getFirst().contains("bad"), events.toString());

            source.set(ResourceType.LISTENER, "main", null);
            server.push(Push.everything());
            Eventually.eventually(BOUND, "no listener", () -> proxy.addresses("main").isEmpty());
            proxy.close();
            proxy.ended().get(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void namesWhatItCannotDo() {
        refused(bootstrap("REST"), "dynamic_resources.ads_config.api_type");
        refused(bootstrap("GRPC").replace("cluster_name: xds}}", "cluster_name: no}}"), "'no'");
        refused(
                bootstrap("GRPC")
                        .replace(
                                "lds_config: {resource_api_version: V3, ads: {}}",
                                "lds_config: {path_config_source: {path: /etc/lds.yaml}}"),
                "PATH_CONFIG_SOURCE");
    }

    private static void refused(String text, String named) {
        var problem =
                assertThrows(ProblemException.class, () -> FileBootstrap.read("b.yaml", text));
        assertTrue(problem.getMessage().contains(named), problem.getMessage());
    }

    private static Message to(String cluster) {
        return Rig.routes("- {match: {prefix: /}, route: {cluster: " + cluster + "}}");
    }

    private static String answer(int port) {
        try (var client = Wire.to(port)) {
            return client.get("/").body();
        }
    }

    private Proxy proxy(String text) {
        return new Proxy(
                FileBootstrap.read("test", text),
                new ProxyPlace(
                        new HostSockets(dev.serin.proxy.socket.Transport.best(), 0),
                        _ -> InetAddress.getLoopbackAddress(),
                        ContainerFiles.SAME,
                        new ByteArrayOutputStream()),
                machine.runtime());
    }

    /// What every proxy is told.
    private static final class Told implements DiscoverySource {
        private volatile Map<String, XdsResource> all = Map.of();
        private volatile int revision;

        synchronized void set(ResourceType type, String name, Message message) {
            var next = new TreeMap<>(all);
            if (message == null) {
                next.remove(type + "/" + name);
            } else {
                next.put(type + "/" + name, XdsResource.of(type, name, message));
            }
            revision++;
            all = next;
        }

        @Override
        public Client open(Node node, Caller caller) {
            return new Client() {
                @Override
                public Resources newest() {
                    return new Frozen(all, Integer.toString(revision));
                }

                @Override
                public void close() {}
            };
        }
    }

    private record Frozen(Map<String, XdsResource> all, String revision)
            implements DiscoverySource.Resources {
        @Override
        public List<XdsResource> all(ResourceType type) {
            return all.values().stream().filter(r -> r.type() == type).toList();
        }

        @Override
        public XdsResource find(ResourceType type, String name) {
            return all.get(type + "/" + name);
        }
    }
}
