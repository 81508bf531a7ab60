package dev.serin.local.controllers;

import tools.jackson.databind.JsonNode;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// How many replicas each ReplicaSet of a Deployment should have next. Pure; applied again and
/// again it ends with all replicas in the newest set, and on the way never asks for fewer available
/// pods than `replicas - maxUnavailable` nor for more pods than `replicas + maxSurge`.
final class Rollout {
    private Rollout() {}

    /// What the Deployment allows.
    record Allowed(int replicas, int maxSurge, int maxUnavailable) {
        static Allowed of(JsonNode deploymentSpec) {
            var replicas = deploymentSpec.path("replicas").asInt(1);
            var rolling = deploymentSpec.path("strategy").path("rollingUpdate");
            var surge = part(rolling.path("maxSurge"), replicas, true);
            var unavailable = part(rolling.path("maxUnavailable"), replicas, false);
            // Neither more nor fewer would never move; 1 % of 3 rounds to both.
            return new Allowed(
                    replicas,
                    surge,
                    surge == 0 && unavailable == 0 ? 1 : Math.min(unavailable, replicas));
        }

        int atMost() {
            return replicas + maxSurge;
        }

        int atLeast() {
            return replicas - maxUnavailable;
        }

        private static int part(JsonNode value, int of, boolean up) {
            if (value.isNumber()) {
                return value.asInt(0);
            }
            var text = value.asString("25%");
            if (!text.endsWith("%")) {
                return 0;
            }
            var percent = Integer.parseInt(text.substring(0, text.length() - 1)) * of;
            return up ? (percent + 99) / 100 : percent / 100;
        }
    }

    /// One ReplicaSet as it is.
    ///
    /// @param replicas asked for
    /// @param available pods that count; never more than asked for, since those above are being
    ///   given up
    record Count(String name, int replicas, int available) {
        Count {
            available = Math.min(available, replicas);
        }
    }

    /// A rolling update's next step.
    ///
    /// @param old oldest first
    /// @return the replicas by name, of all sets
    static Map<String, Integer> rolling(Allowed allowed, Count newest, List<Count> old) {
        var total = newest.replicas + old.stream().mapToInt(Count::replicas).sum();
        // 1. The newest grows as far as the surge lets it, or shrinks to what is asked.
        var room = Math.min(allowed.atMost() - total, allowed.replicas - newest.replicas);
        var grown = Math.min(newest.replicas + Math.max(0, room), allowed.replicas);
        var scales = new LinkedHashMap<String, Integer>();
        scales.put(newest.name, grown);
        old.forEach(o -> scales.put(o.name, o.replicas));
        // 2. The old ones give up pods as long as enough would stay even if no new pod ever became
        //    available.
        total += grown - newest.replicas;
        var newAvailable = Math.min(newest.available, grown);
        var spare = total - allowed.atLeast() - (grown - newAvailable);
        // 3. First those that are of no use, which costs nobody anything.
        var cut = new ArrayList<Count>();
        for (var each : old) {
            var useless = Math.min(Math.max(0, spare), each.replicas - each.available);
            spare -= useless;
            cut.add(new Count(each.name, each.replicas - useless, each.available));
        }
        // 4. Then available ones, as many as there are above the least.
        var above =
                cut.stream().mapToInt(Count::available).sum() + newAvailable - allowed.atLeast();
        for (var each : cut) {
            var given = Math.min(Math.max(0, above), each.replicas);
            above -= given;
            scales.put(each.name, each.replicas - given);
        }
        return scales;
    }

    /// The asked number of replicas changed while several sets hold some (a rollout under way, or
    /// paused in the middle): each keeps its share.
    static Map<String, Integer> proportional(Allowed allowed, List<Count> sets) {
        var total = sets.stream().mapToInt(Count::replicas).sum();
        var target = allowed.replicas == 0 ? 0 : allowed.atMost();
        var active = sets.stream().filter(s -> s.replicas > 0).toList();
        var scales = new LinkedHashMap<String, Integer>();
        sets.forEach(s -> scales.put(s.name, s.replicas));
        if (active.size() == 1) {
            scales.put(active.getFirst().name, allowed.replicas);
            return scales;
        }
        var given = 0;
        for (var each : active) {
            var share = (int) ((long) each.replicas * target / total);
            scales.put(each.name, share);
            given += share;
        }
        // What rounding left goes to the largest.
        var bySize = active.stream().sorted(Comparator.comparingInt(Count::replicas).reversed());
        var rest = target - given;
        for (var each : bySize.toList()) {
            if (rest-- > 0) {
                scales.merge(each.name, 1, Integer::sum);
            }
        }
        return scales;
    }
}
