package dev.serin.proxy.upstream.balance;

import dev.serin.proxy.upstream.Host;
import dev.serin.proxy.upstream.balance.Policy.Health;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The hosts of one priority by health and locality, at the moment it was made. Immutable.
public final class HostSet {
    private final Hosts hosts;
    private final List<Hosts> localities;
    private final List<Place> places;
    private final int[] localityWeights;
    private final int overprovisioning;
    private final boolean weighted;

    private HostSet(
            List<Host> all,
            Map<Place, List<Host>> byPlace,
            Map<Place, Integer> weights,
            int overprovisioning,
            boolean weighted) {
        this.hosts = Hosts.of(all);
        this.places = List.copyOf(byPlace.keySet());
        this.localities = byPlace.values().stream().map(Hosts::of).toList();
        this.localityWeights = places.stream().mapToInt(p -> weights.getOrDefault(p, 0)).toArray();
        this.overprovisioning = overprovisioning;
        this.weighted = weighted;
    }

    /// A locality as endpoints name it.
    public record Place(String region, String zone, String subZone) {
        public static final Place NOWHERE = new Place("", "", "");
    }

    /// Hosts by health.
    static final class Hosts {
        private final Host[] all;
        private final Host[] healthy;
        private final Host[] degraded;
        private final Host[] excluded;

        private Hosts(
                List<Host> all, List<Host> healthy, List<Host> degraded, List<Host> excluded) {
            this.all = all.toArray(Host[]::new);
            this.healthy = healthy.toArray(Host[]::new);
            this.degraded = degraded.toArray(Host[]::new);
            this.excluded = excluded.toArray(Host[]::new);
        }

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
            return new Hosts(hosts, healthy, degraded, excluded);
        }

        Host[] all() {
            return all;
        }

        Host[] healthy() {
            return healthy;
        }

        Host[] degraded() {
            return degraded;
        }

        /// Not counted when health is measured: new and not checked yet.
        Host[] excluded() {
            return excluded;
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
    /// @param overprovisioning in per cent
    /// @param weighted whether health is measured by weight instead of number
    public static HostSet of(
            List<Host> hosts, Map<Place, Integer> weights, int overprovisioning, boolean weighted) {
        var byPlace = new LinkedHashMap<Place, List<Host>>();
        for (var host : hosts) {
            byPlace.computeIfAbsent(host.place(), _ -> new ArrayList<>()).add(host);
        }
        return new HostSet(hosts, byPlace, weights, overprovisioning, weighted);
    }

    Hosts hosts() {
        return hosts;
    }

    /// In the order of the configuration.
    List<Hosts> localities() {
        return localities;
    }

    List<Place> places() {
        return places;
    }

    /// Of the locality with this number; 0 if it has none.
    int localityWeight(int locality) {
        return localityWeights[locality];
    }

    int overprovisioning() {
        return overprovisioning;
    }

    boolean weighted() {
        return weighted;
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
