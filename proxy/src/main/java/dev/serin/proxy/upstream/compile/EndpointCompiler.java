package dev.serin.proxy.upstream.compile;

import com.google.protobuf.util.Durations;

import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.upstream.Assignment;
import dev.serin.proxy.upstream.Assignment.Address;
import dev.serin.proxy.upstream.Assignment.Check;
import dev.serin.proxy.upstream.Assignment.Drop;
import dev.serin.proxy.upstream.Assignment.Endpoint;
import dev.serin.proxy.upstream.Assignment.Status;
import dev.serin.proxy.upstream.balance.HostSet.Place;

import io.envoyproxy.envoy.config.core.v3.HealthStatus;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;
import io.envoyproxy.envoy.type.v3.FractionalPercent;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Compiles Envoy's ClusterLoadAssignment. Pure.
public final class EndpointCompiler {
    private static final int MOST_PRIORITIES = 128;

    private EndpointCompiler() {}

    /// @param names whether endpoints may be names that DNS resolves
    /// @throws ConfigProblem naming the field that cannot be done
    @SuppressWarnings("deprecation") // what servers send
    public static Assignment compile(ClusterLoadAssignment message, boolean names)
            throws ConfigProblem {
        if (message.getNamedEndpointsCount() > 0) {
            throw new ConfigProblem("named_endpoints", "is not supported");
        }
        var endpoints = new ArrayList<Endpoint>();
        var weights = new HashMap<Integer, Map<Place, Integer>>();
        for (var locality : message.getEndpointsList()) {
            if (locality.hasLedsClusterLocalityConfig()) {
                throw new ConfigProblem(
                        "endpoints.leds_cluster_locality_config", "is not supported");
            }
            if (locality.getPriority() > MOST_PRIORITIES) {
                throw new ConfigProblem(
                        "endpoints.priority", locality.getPriority() + " is more than 128");
            }
            var place = place(locality);
            if (locality.hasLoadBalancingWeight()) {
                weights.computeIfAbsent(locality.getPriority(), _ -> new HashMap<>())
                        .put(place, locality.getLoadBalancingWeight().getValue());
            }
            for (var endpoint : locality.getLbEndpointsList()) {
                endpoints.add(endpoint(endpoint, locality.getPriority(), place, names));
            }
        }
        var policy = message.getPolicy();
        return new Assignment(
                List.copyOf(endpoints),
                Map.copyOf(weights),
                drops(policy.getDropOverloadsList()),
                policy.hasOverprovisioningFactor()
                        ? policy.getOverprovisioningFactor().getValue()
                        : 140,
                policy.getWeightedPriorityHealth(),
                policy.hasEndpointStaleAfter()
                        ? Duration.ofMillis(Durations.toMillis(policy.getEndpointStaleAfter()))
                        : null);
    }

    private static Place place(LocalityLbEndpoints locality) {
        var where = locality.getLocality();
        return new Place(where.getRegion(), where.getZone(), where.getSubZone());
    }

    private static Endpoint endpoint(LbEndpoint lb, int priority, Place place, boolean names)
            throws ConfigProblem {
        if (!lb.hasEndpoint()) {
            throw new ConfigProblem("endpoints.lb_endpoints.endpoint_name", "is not supported");
        }
        var endpoint = lb.getEndpoint();
        var others = new ArrayList<Address>();
        for (var other : endpoint.getAdditionalAddressesList()) {
            others.add(address(other.getAddress(), false));
        }
        var check = endpoint.getHealthCheckConfig();
        return new Endpoint(
                address(endpoint.getAddress(), names),
                List.copyOf(others),
                lb.hasLoadBalancingWeight() ? weight(lb.getLoadBalancingWeight().getValue()) : 1,
                priority,
                place,
                status(lb.getHealthStatus()),
                lb.getMetadata().getFilterMetadataMap(),
                endpoint.getHostname(),
                endpoint.hasHealthCheckConfig()
                        ? new Check(
                                check.hasAddress() ? address(check.getAddress(), false) : null,
                                check.getPortValue(),
                                check.getHostname(),
                                check.getDisableActiveHealthCheck())
                        : Check.USUAL);
    }

    private static int weight(int value) throws ConfigProblem {
        if (value <= 0) {
            throw new ConfigProblem(
                    "endpoints.lb_endpoints.load_balancing_weight", "is not between 1 and 2^31");
        }
        return value;
    }

    private static Status status(HealthStatus status) {
        return switch (status) {
            case DEGRADED -> Status.DEGRADED;
            case UNHEALTHY, TIMEOUT -> Status.UNHEALTHY;
            case DRAINING -> Status.DRAINING;
            case UNKNOWN, HEALTHY, UNRECOGNIZED -> Status.HEALTHY;
        };
    }

    static Address address(io.envoyproxy.envoy.config.core.v3.Address address, boolean names)
            throws ConfigProblem {
        return switch (address.getAddressCase()) {
            case PIPE -> new Address(address.getPipe().getPath(), Address.PIPE);
            case SOCKET_ADDRESS -> socket(address.getSocketAddress(), names);
            case ENVOY_INTERNAL_ADDRESS, ADDRESS_NOT_SET ->
                    throw new ConfigProblem(
                            "endpoint.address", address.getAddressCase() + " is not supported");
        };
    }

    private static Address socket(SocketAddress socket, boolean names) throws ConfigProblem {
        if (socket.getProtocol() != SocketAddress.Protocol.TCP) {
            throw new ConfigProblem("endpoint.address.protocol", "UDP is not supported");
        }
        if (!socket.getNamedPort().isEmpty()) {
            throw new ConfigProblem("endpoint.address.named_port", "is not supported");
        }
        if (!socket.getResolverName().isEmpty() && !socket.getResolverName().equals("envoy.ip")) {
            throw new ConfigProblem("endpoint.address.resolver_name", "is not supported");
        }
        if (!names && !literal(socket.getAddress())) {
            throw new ConfigProblem(
                    "endpoint.address", "'" + socket.getAddress() + "' is not an IP address");
        }
        return new Address(socket.getAddress(), socket.getPortValue());
    }

    static boolean literal(String text) {
        try {
            InetAddress.ofLiteral(text);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static List<Drop> drops(List<ClusterLoadAssignment.Policy.DropOverload> messages)
            throws ConfigProblem {
        var drops = new ArrayList<Drop>();
        for (var drop : messages) {
            drops.add(new Drop(drop.getCategory(), perMillion(drop.getDropPercentage())));
        }
        return List.copyOf(drops);
    }

    private static int perMillion(FractionalPercent percent) throws ConfigProblem {
        var scale =
                switch (percent.getDenominator()) {
                    case HUNDRED -> 10_000L;
                    case TEN_THOUSAND -> 100L;
                    case MILLION -> 1L;
                    case UNRECOGNIZED ->
                            throw new ConfigProblem(
                                    "policy.drop_overloads.drop_percentage", "unknown denominator");
                };
        return (int) Math.min(1_000_000, percent.getNumerator() * scale);
    }
}
