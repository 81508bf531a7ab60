package dev.serin.cli.mesh;

import dev.serin.base.ProblemException;
import dev.serin.base.net.HostPort;
import dev.serin.config.ResourceKey;
import dev.serin.local.host.HostPorts;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// The machine's ports, where the ingress gateway's are the well-known ones unless they are taken:
/// a second mesh, or a machine where something else has 8080, gets the next free ones.
final class GatewayPorts implements HostPorts {
    private static final int HTTP = 8080;
    private static final int HTTPS = 8443;
    private static final int TRIES = 20;

    /// Ports of the ingress gateway's Service → ports of 127.0.0.1.
    static final Map<ResourceKey, Map<Integer, Integer>> SERVICES =
            Map.of(
                    new ResourceKey("services", "istio-system", "istio-ingressgateway"),
                    Map.of(80, HTTP, 443, HTTPS));

    private final HostPorts ports;
    private final Consumer<String> say;
    private volatile @Nullable HostPort http;

    /// @param say told which port is taken, and which stands for it
    GatewayPorts(HostPorts ports, Consumer<String> say) {
        this.ports = ports;
        this.say = say;
    }

    /// Where the gateway answers plain HTTP; `-` before it is open.
    String url() {
        var address = http;
        return address == null ? "-" : "http://" + address;
    }

    @Override
    public Opened open(HostPort address, Supplier<@Nullable InetSocketAddress> backend) {
        if (!address.host().equals("127.0.0.1")
                || (address.port() != HTTP && address.port() != HTTPS)) {
            return ports.open(address, backend);
        }
        ProblemException first = null;
        for (var port = address.port(); port < address.port() + TRIES; port++) {
            try {
                var opened = ports.open(new HostPort(address.host(), port), backend);
                Taken.tell("ingress gateway", address, opened.address(), say);
                if (address.port() == HTTP) {
                    http = opened.address();
                }
                return opened;
            } catch (ProblemException e) {
                first = first == null ? e : first;
            }
        }
        throw first == null ? new IllegalStateException() : first;
    }
}
