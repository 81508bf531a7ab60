package dev.serin.controlplane.generate.endpoint;

import dev.serin.config.istio.LoadBalancer;
import dev.serin.controlplane.mesh.TrafficPolicies;
import dev.serin.controlplane.registry.MeshEndpoint;
import dev.serin.controlplane.registry.Place;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Which endpoints a caller is sent to first, by where they are: shares by place, or priorities.
/// Immutable, and part of the key, so it holds no more of the caller than decides.
///
/// @param from where the caller is
/// @param distribute shares by place; with these there are no priorities
/// @param labels that order the endpoints, with the values that count as near
/// @param byDistance whether nearer places come before farther ones
record Placing(
        Place from,
        List<LoadBalancer.Distribute> distribute,
        List<LoadBalancer.Failover> failover,
        List<Map.Entry<String, String>> labels,
        boolean byDistance) {
    private static final String REGION = "topology.kubernetes.io/region";
    private static final String ZONE = "topology.kubernetes.io/zone";
    private static final String SUBZONE = "topology.istio.io/subzone";
    private static final LoadBalancer.Locality USUAL =
            new LoadBalancer.Locality(null, List.of(), List.of(), List.of());

    /// What a policy asks for, null if nothing. Priorities need outlier detection, as in Istio:
    /// without it nobody would notice that the near ones fail.
    static @Nullable Placing of(
            TrafficPolicies.Effective policy, Place caller, Map<String, String> labels) {
        var balancer = policy.loadBalancer();
        var written = balancer == null ? null : balancer.locality();
        var setting = written == null ? USUAL : written;
        if (setting.enabled() != null && !setting.enabled()) {
            return null;
        }
        if (!setting.distribute().isEmpty()) {
            return new Placing(caller, setting.distribute(), List.of(), List.of(), false);
        }
        if (policy.outlierDetection() == null) {
            return null;
        }
        var wanted = wanted(setting.failoverPriority(), caller, labels);
        var byDistance = !caller.isUnknown() && (wanted.isEmpty() || !setting.failover().isEmpty());
        return wanted.isEmpty() && !byDistance
                ? null
                : new Placing(caller, List.of(), setting.failover(), wanted, byDistance);
    }

    private static List<Map.Entry<String, String>> wanted(
            List<String> priority, Place caller, Map<String, String> labels) {
        var mine = whole(labels, caller);
        return priority.stream()
                .map(written -> {
                    var equals = written.indexOf('=');
                    return equals < 0
                            ? Map.entry(written, mine.getOrDefault(written, ""))
                            : Map.entry(
                                    written.substring(0, equals), written.substring(equals + 1));
                })
                .toList();
    }

    /// Labels of a pod, and where it is as labels.
    private static Map<String, String> whole(Map<String, String> labels, Place place) {
        var all = new HashMap<>(labels);
        all.put(REGION, place.region());
        all.put(ZONE, place.zone());
        all.put(SUBZONE, place.subzone());
        return all;
    }

    private static int weight(List<MeshEndpoint> endpoints) {
        return endpoints.stream().mapToInt(MeshEndpoint::weight).sum();
    }

    /// Endpoints of one place and priority.
    ///
    /// @param weight of the place among those of its priority
    record Group(Place place, int priority, int weight, List<MeshEndpoint> endpoints) {}

    /// The endpoints in groups, nearest first; those that get nothing are left out.
    static List<Group> groups(@Nullable Placing placing, List<MeshEndpoint> endpoints) {
        var places = new TreeMap<String, List<MeshEndpoint>>();
        for (var endpoint : endpoints) {
            places.computeIfAbsent(endpoint.place().toString(), _ -> new ArrayList<>())
                    .add(endpoint);
        }
        var groups = new ArrayList<Group>();
        places.values()
                .forEach(there ->
                        groups.add(new Group(there.getFirst().place(), 0, weight(there), there)));
        if (placing == null) {
            return groups;
        }
        if (!placing.distribute.isEmpty()) {
            return placing.shared(groups);
        }
        return dense(placing.ranked(groups));
    }

    private List<Group> shared(List<Group> groups) {
        for (var rule : distribute) {
            if (from.isIn(rule.from())) {
                return shared(groups, rule.to());
            }
        }
        return groups;
    }

    /// A share for a pattern that covers several places is divided by the number of their
    /// endpoints.
    private static List<Group> shared(List<Group> groups, Map<String, Integer> to) {
        var left = new ArrayList<>(groups);
        var shared = new ArrayList<Group>();
        var narrowFirst =
                to.keySet().stream()
                        .sorted(
                                Comparator.comparingInt((String p) -> p.split("/").length)
                                        .reversed()
                                        .thenComparing(p -> p.endsWith("*"))
                                        .thenComparing(p -> p))
                        .toList();
        for (var pattern : narrowFirst) {
            var there = left.stream().filter(g -> g.place.isIn(pattern)).toList();
            left.removeAll(there);
            var total = there.stream().mapToInt(Group::weight).sum();
            var share = to.getOrDefault(pattern, 0);
            for (var group : there) {
                if (share > 0) {
                    var weight = (int) Math.ceil((double) group.weight * share / total);
                    shared.add(new Group(group.place, 0, weight, group.endpoints));
                }
            }
        }
        shared.sort(Comparator.comparing(g -> g.place.toString()));
        return shared;
    }

    private List<Group> ranked(List<Group> groups) {
        var ranked = new ArrayList<Group>();
        for (var group : groups) {
            var distance = byDistance ? distance(group.place) : 0;
            var byLabels = new TreeMap<Integer, List<MeshEndpoint>>();
            for (var endpoint : group.endpoints) {
                byLabels.computeIfAbsent(unlike(endpoint), _ -> new ArrayList<>()).add(endpoint);
            }
            byLabels.forEach((unlike, alike) ->
                    ranked.add(
                            new Group(group.place, unlike * 5 + distance, weight(alike), alike)));
        }
        return ranked;
    }

    private int distance(Place place) {
        var distance = from.distance(place);
        if (distance < 3) {
            return distance;
        }
        for (var rule : failover) {
            if (rule.from().equals(from.region())) {
                return rule.to().equals(place.region()) ? 3 : 4;
            }
        }
        return 3;
    }

    /// 0 where every label is as wanted, else more the earlier the first other one stands.
    private int unlike(MeshEndpoint endpoint) {
        var theirs = whole(endpoint.workload().labels(), endpoint.place());
        for (var i = 0; i < labels.size(); i++) {
            var wanted = labels.get(i);
            if (!theirs.getOrDefault(wanted.getKey(), "").equals(wanted.getValue())) {
                return labels.size() - i;
            }
        }
        return 0;
    }

    /// Envoy wants priorities without a gap.
    private static List<Group> dense(List<Group> groups) {
        var known = groups.stream().map(Group::priority).distinct().sorted().toList();
        return groups.stream()
                .map(g -> new Group(g.place, known.indexOf(g.priority), g.weight, g.endpoints))
                .sorted(
                        Comparator.comparingInt(Group::priority)
                                .thenComparing(g -> g.place.toString()))
                .toList();
    }
}
