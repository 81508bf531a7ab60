package dev.serin.conformance.differential.peer;

import com.google.protobuf.Any;

import dev.serin.base.net.HostPort;
import dev.serin.proxy.Proxy;
import dev.serin.proxy.ProxyOptions;
import dev.serin.proxy.ProxyPlace;
import dev.serin.proxy.ProxyRuntime;
import dev.serin.proxy.bootstrap.Application;
import dev.serin.proxy.bootstrap.ContainerFiles;
import dev.serin.proxy.bootstrap.Discovery;
import dev.serin.proxy.bootstrap.Ports;
import dev.serin.proxy.snapshot.ConfigUpdate;
import dev.serin.proxy.socket.HostSockets;
import dev.serin.proxy.socket.Transport;
import dev.serin.xds.ResourceType;
import dev.serin.xds.XdsResource;

import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.Locality;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.Endpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;

import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/// Our proxy with one worker, in this process but whole: it asks for its configuration over a
/// socket as any other.
public final class SerinPeer implements Peer {
    private final ProxyRuntime.Machine machine = ProxyRuntime.ofMachine(1);
    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private final Proxy proxy;
    private final Pages pages;

    public SerinPeer(int discoveryPort) throws Exception {
        proxy =
                new Proxy(
                        new ProxyOptions(
                                Node.newBuilder()
                                        .setId("serin")
                                        .setCluster("conformance")
                                        .setLocality(Locality.newBuilder().setZone("here"))
                                        .build(),
                                new Discovery(new HostPort("127.0.0.1", discoveryPort), null, null),
                                List.of(local()),
                                Ports.FREE,
                                new Application("127.0.0.1", Map.of(), null),
                                "local"),
                        new ProxyPlace(
                                new HostSockets(Transport.best(), 0),
                                _ -> InetAddress.getLoopbackAddress(),
                                ContainerFiles.SAME,
                                output),
                        machine.runtime());
        proxy.start();
        proxy.ready().get(20, TimeUnit.SECONDS);
        pages = new Pages("127.0.0.1:" + proxy.pageAddresses().get("admin").getPort());
    }

    /// The cluster that both peers are a host of: one host here, one in another zone.
    private static ConfigUpdate local() {
        var assignment = ClusterLoadAssignment.newBuilder().setClusterName("local");
        for (var zone : List.of("here", "there")) {
            var address =
                    SocketAddress.newBuilder()
                            .setAddress("127.0.0.1")
                            .setPortValue(zone.equals("here") ? 1 : 2);
            var endpoint =
                    Endpoint.newBuilder()
                            .setAddress(Address.newBuilder().setSocketAddress(address));
            assignment.addEndpoints(
                    LocalityLbEndpoints.newBuilder()
                            .setLocality(Locality.newBuilder().setZone(zone))
                            .addLbEndpoints(LbEndpoint.newBuilder().setEndpoint(endpoint)));
        }
        var cluster =
                Cluster.newBuilder()
                        .setName("local")
                        .setType(Cluster.DiscoveryType.STATIC)
                        .setLoadAssignment(assignment)
                        .build();
        return new ConfigUpdate(
                ConfigUpdate.CLUSTER,
                List.of(new ConfigUpdate.Versioned("local", "static", Any.pack(cluster))),
                List.of());
    }

    @Override
    public String name() {
        return "serin";
    }

    @Override
    public String node() {
        return "serin";
    }

    /// What it has acknowledged it uses, but for listeners and clusters that warm.
    @Override
    public boolean uses(List<XdsResource> resources, Set<String> rejected) {
        var listeners =
                resources.stream()
                        .filter(r -> r.type() == ResourceType.LISTENER)
                        .map(XdsResource::name)
                        .filter(n -> !rejected.contains("LDS " + n))
                        .collect(Collectors.toSet());
        // a listener whose routes were refused waits for better ones
        return rejected.stream().anyMatch(n -> n.startsWith("RDS "))
                || ports().keySet().stream()
                        .filter(n -> !n.contains("+"))
                        .collect(Collectors.toSet())
                        .equals(listeners);
    }

    @Override
    public Map<String, Integer> ports() {
        var ports = new HashMap<String, Integer>();
        for (var line : pages.get("/listeners").lines().toList()) {
            var at = line.indexOf("::");
            Peer.put(
                    ports,
                    line.substring(0, at),
                    Integer.parseInt(line.substring(line.lastIndexOf(':') + 1)));
        }
        return ports;
    }

    @Override
    public String page(String method, String path) {
        return pages.ask(method, path);
    }

    @Override
    public String metrics() {
        return pages.get("/stats/prometheus");
    }

    @Override
    public List<String> log() {
        return output.toString(StandardCharsets.ISO_8859_1).lines().toList();
    }

    @Override
    public void close() {
        pages.close();
        proxy.close();
        try {
            proxy.ended().get(10, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
        machine.close();
    }
}
