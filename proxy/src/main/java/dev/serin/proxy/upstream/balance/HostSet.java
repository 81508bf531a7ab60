package dev.serin.proxy.upstream.balance;

import dev.serin.proxy.upstream.Host;
import dev.serin.proxy.upstream.balance.Policy.Health;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The hosts of one priority by health and locality, at the moment it was made. Immutable.
///
/// @param excluded not counted when health is measured: new and not checked yet
/// @param localities in the order of the configuration, the proxy's own first if it is known
/// @param localityWeights one for each, 0 if it has none
/// @param overprovisioning in per cent
/// @param weighted whether health is measured by weight instead of number
public record HostSet(
        Hosts hosts,
        List<Hosts> localities,
        List<Place> places,
        int[] localityWeights,
        int overprovisioning,
        boolean weighted) {
    /// A locality as endpoints name it.
    public record Place(String region, String zone, String subZone) {
        public static final Place NOWHERE = new Place("", "", "");
    }

    /// Hosts by health.
    public record Hosts(Host[] all, Host[] healthy, Host[] degraded, Host[] excluded) {
        static Hosts of(List<Host> hosts) {
            var healthy = new ArrayList<Host>(hosts.size());
            var degraded = new ArrayList<Host>();
            var excluded = new ArrayList<Host>();
            for (var host : hosts) {
                var health = host.health();
                if (health == Health.HEALTHY) {
                    healthy.add(host);
                } else if (health == Health.DEGRADED) {
                    degraded.add(host);
                }
                if (host.excluded()) {
                    excluded.add(host);
                }
            }
            return new Hosts(array(hosts), array(healthy), array(degraded), array(excluded));
        }

        private static Host[] array(List<Host> hosts) {
            return hosts.toArray(Host[]::new);
        }

        Host[] of(Health health) {
            return switch (health) {
                case HEALTHY -> healthy;
                case DEGRADED -> degraded;
                case UNHEALTHY -> all;
            };
        }
    }

    /// Of these hosts.
    ///
    /// @param weights of localities
    public static HostSet of(
            List<Host> hosts, Map<Place, Integer> weights, int overprovisioning, boolean weighted) {
        var byPlace = new LinkedHashMap<Place, List<Host>>();
        for (var host : hosts) {
            byPlace.computeIfAbsent(host.place(), _ -> new ArrayList<>()).add(host);
        }
        var places = List.copyOf(byPlace.keySet());
        return new HostSet(
                Hosts.of(hosts),
                byPlace.values().stream().map(Hosts::of).toList(),
                places,
                places.stream().mapToInt(p -> weights.getOrDefault(p, 0)).toArray(),
                overprovisioning,
                weighted);
    }

    boolean anyLocalityWeight() {
        for (var weight : localityWeights) {
            if (weight > 0) {
                return true;
            }
        }
        return false;
    }

    /// The share of load that a locality should take, of its weight as many as its health allows.
    double effectiveWeight(int locality, Health health) {
        var here = localities.get(locality);
        var counted = here.all().length - here.excluded().length;
        if (counted <= 0) {
            return 0;
        }
        var available = (double) here.of(health).length / counted;
        return localityWeights[locality] * Math.min(1.0, overprovisioning / 100.0 * available);
    }
}
