package dev.serin.proxy.upstream.balance;

import com.google.protobuf.Value;

import dev.serin.proxy.upstream.ClusterEvent;
import dev.serin.proxy.upstream.Host;
import dev.serin.proxy.upstream.balance.Policy.Fallback;
import dev.serin.proxy.upstream.balance.Policy.Selector;
import dev.serin.proxy.upstream.balance.Policy.Subsets;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/// Picks among the endpoints whose metadata is what the request asks for, each such set with a
/// picker of its own; where there is none, as the fallback says. As Envoy's subset load balancer.
final class SubsetPicker implements HostPicker {
    private static final String FALLBACK_LIST = "fallback_list";

    private final Subsets config;
    private final Means means;
    private final Map<MetadataMatch, HostPicker> subsets = new HashMap<>();
    private final Map<List<String>, Selector> selectors = new HashMap<>();
    private final HostPicker any;
    private final HostPicker usual;

    SubsetPicker(Policy policy, Subsets config, List<HostSet> sets, Means means) {
        this.config = config;
        this.means = means;
        this.any = HostPicker.plain(policy, sets, means);
        var wanted = MetadataMatch.of(config.defaults());
        this.usual =
                HostPicker.plain(policy, keep(sets, host -> has(host, wanted.wanted())), means);
        for (var selector : config.selectors()) {
            selectors.putIfAbsent(selector.keys(), selector);
            members(selector, sets)
                    .forEach((match, hosts) ->
                            subsets.computeIfAbsent(
                                    match,
                                    _ ->
                                            HostPicker.plain(
                                                    policy, keep(sets, hosts::contains), means)));
        }
    }

    // ---- laying out

    private Map<MetadataMatch, List<Host>> members(Selector selector, List<HostSet> sets) {
        var members = new LinkedHashMap<MetadataMatch, List<Host>>();
        for (var set : sets) {
            for (var host : set.hosts().all()) {
                for (var match : matches(host, selector.keys())) {
                    var hosts = members.computeIfAbsent(match, _ -> new ArrayList<>());
                    if (!selector.singleHost() || hosts.isEmpty()) {
                        hosts.add(host);
                    }
                }
            }
        }
        return members;
    }

    /// The subsets of these keys that a host is in: one, none, or with lists as any several.
    private List<MetadataMatch> matches(Host host, List<String> keys) {
        var values = fields(host);
        var found = List.<Map<String, Value>>of(Map.of());
        for (var key : keys) {
            var value = values.get(key);
            if (value == null) {
                return List.of();
            }
            var each =
                    config.listAsAny() && value.hasListValue()
                            ? value.getListValue().getValuesList()
                            : List.of(value);
            var next = new ArrayList<Map<String, Value>>();
            for (var before : found) {
                for (var one : each) {
                    var more = new TreeMap<>(before);
                    more.put(key, one);
                    next.add(more);
                }
            }
            found = next;
        }
        return found.stream().map(MetadataMatch::of).toList();
    }

    private static Map<String, Value> fields(Host host) {
        var given = host.metadata().get(MetadataMatch.NAMESPACE);
        return given == null ? Map.of() : given.getFieldsMap();
    }

    private boolean has(Host host, Map<String, Value> wanted) {
        var values = fields(host);
        for (var want : wanted.entrySet()) {
            var value = values.get(want.getKey());
            var listed =
                    config.listAsAny()
                            && value != null
                            && value.getListValue().getValuesList().contains(want.getValue());
            if (!listed && !want.getValue().equals(value)) {
                return false;
            }
        }
        return true;
    }

    private List<HostSet> keep(List<HostSet> sets, Predicate<Host> wanted) {
        return sets.stream().map(set -> keep(set, wanted)).toList();
    }

    private HostSet keep(HostSet set, Predicate<Host> wanted) {
        var hosts = new ArrayList<Host>();
        for (var host : set.hosts().all()) {
            if (wanted.test(host)) {
                hosts.add(host);
            }
        }
        var weights = new HashMap<HostSet.Place, Integer>();
        for (var i = 0; config.localityWeightAware() && i < set.places().size(); i++) {
            var place = set.places().get(i);
            var all = set.localities().get(i).all().length;
            var kept = hosts.stream().filter(host -> host.place().equals(place)).count();
            var weight = set.localityWeight(i);
            weights.put(
                    place,
                    config.scaleLocalityWeight()
                            ? (int) Math.round((double) weight * kept / all)
                            : weight);
        }
        return HostSet.of(hosts, weights, set.overprovisioning(), set.weighted());
    }

    // ---- picking

    @Override
    public @Nullable Host pick(PickContext context) {
        var match = context.metadataMatch();
        var list = config.fallbackList() ? match.wanted().get(FALLBACK_LIST) : null;
        if (list == null || !list.hasListValue()) {
            return pick(match, context);
        }
        var rest = new TreeMap<>(match.wanted());
        rest.remove(FALLBACK_LIST);
        var first = MetadataMatch.of(rest);
        if (list.getListValue().getValuesCount() == 0) {
            return pick(first, context);
        }
        for (var other : list.getListValue().getValuesList()) {
            var host = pick(first.with(MetadataMatch.of(other.getStructValue())), context);
            if (host != null) {
                return host;
            }
        }
        return null;
    }

    private @Nullable Host pick(MetadataMatch match, PickContext context) {
        if (!match.isEmpty()) {
            var subset = subsets.get(match);
            if (subset != null) {
                means.observer().count(ClusterEvent.LB_SUBSETS_SELECTED);
                return subset.pick(context);
            }
            var selector = selectors.get(List.copyOf(match.wanted().keySet()));
            if (selector != null && selector.fallback() != null) {
                return fallBack(selector, match, context);
            }
        }
        var host =
                switch (config.fallback()) {
                    case ANY -> any.pick(context);
                    case DEFAULT -> usual.pick(context);
                    case NONE, KEYS -> null;
                };
        if (host != null) {
            means.observer().count(ClusterEvent.LB_SUBSETS_FALLBACK);
        } else if (config.panicModeAny() && config.fallback() != Fallback.NONE) {
            means.observer().count(ClusterEvent.LB_SUBSETS_FALLBACK_PANIC);
            return any.pick(context);
        }
        return host;
    }

    private @Nullable Host fallBack(Selector selector, MetadataMatch match, PickContext context) {
        if (selector.fallback() == Fallback.KEYS) {
            var fewer = new TreeMap<>(match.wanted());
            fewer.keySet().retainAll(selector.fallbackKeys());
            return pick(MetadataMatch.of(fewer), context);
        }
        return switch (selector.fallback()) {
            case ANY -> any.pick(context);
            case DEFAULT -> usual.pick(context);
            case null, default -> null;
        };
    }
}
