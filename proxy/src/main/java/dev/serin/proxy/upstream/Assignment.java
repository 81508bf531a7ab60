package dev.serin.proxy.upstream;

import com.google.protobuf.Struct;

import dev.serin.proxy.upstream.balance.HostSet.Place;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/// The endpoints of a cluster as configured or discovered, compiled from a ClusterLoadAssignment.
/// Immutable.
///
/// @param localityWeights by priority and locality, of those that have one
/// @param drops shares of the requests that are refused, in the order of the configuration
/// @param overprovisioning in per cent
/// @param weightedHealth whether a priority's health is measured by weight
/// @param staleAfter null if endpoints stay until they are changed
public record Assignment(
        List<Endpoint> endpoints,
        Map<Integer, Map<Place, Integer>> localityWeights,
        List<Drop> drops,
        int overprovisioning,
        boolean weightedHealth,
        @Nullable Duration staleAfter) {
    /// None at all.
    public static final Assignment EMPTY = of(List.of());

    /// These, and nothing particular about them.
    public static Assignment of(List<Endpoint> endpoints) {
        return new Assignment(endpoints, Map.of(), List.of(), 140, false, null);
    }

    /// The same with other endpoints, for instance when names were resolved.
    public Assignment with(List<Endpoint> resolved) {
        return new Assignment(
                resolved, localityWeights, drops, overprovisioning, weightedHealth, staleAfter);
    }

    /// A share of the requests that is refused.
    ///
    /// @param perMillion of them
    public record Drop(String category, int perMillion) {
        static final int ALL = 1_000_000;

        /// Whether not one is let through.
        public boolean all() {
            return perMillion >= ALL;
        }
    }

    /// Where an endpoint is.
    ///
    /// @param host a literal address or a name for DNS; the path of a Unix socket if `port` is -1
    public record Address(String host, int port) {
        /// The port of a Unix socket.
        public static final int PIPE = -1;

        public boolean pipe() {
            return port == PIPE;
        }
    }

    /// How EDS says that an endpoint is.
    public enum Status {
        HEALTHY,
        DEGRADED,
        UNHEALTHY,
        DRAINING
    }

    /// How an endpoint is checked, where that differs from its own address.
    ///
    /// @param address null for the endpoint's own
    /// @param port 0 for that of the address
    /// @param host for HTTP checks; empty for the check's own
    public record Check(@Nullable Address address, int port, String host, boolean disabled) {
        public static final Check USUAL = new Check(null, 0, "", false);
    }

    /// One endpoint.
    ///
    /// @param others further addresses of the same endpoint, tried if the first does not answer
    /// @param priority 0 is best
    /// @param metadata `filter_metadata`
    /// @param hostname as configured, or the name that was resolved; may be empty
    public record Endpoint(
            Address address,
            List<Address> others,
            int weight,
            int priority,
            Place place,
            Status status,
            Map<String, Struct> metadata,
            String hostname,
            Check check) {
        /// An endpoint of which nothing else is said.
        static Endpoint at(Address address, List<Address> others, String hostname) {
            return new Endpoint(
                    address,
                    others,
                    1,
                    0,
                    Place.NOWHERE,
                    Status.HEALTHY,
                    Map.of(),
                    hostname,
                    Check.USUAL);
        }

        /// The same endpoint at a resolved address.
        public Endpoint at(Address resolved, List<Address> more) {
            var name = hostname.isEmpty() ? address.host() : hostname;
            return new Endpoint(
                    resolved, more, weight, priority, place, status, metadata, name, check);
        }
    }
}
