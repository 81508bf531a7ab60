package dev.serin.controlplane.mesh;

import dev.serin.config.ResourceKey;
import dev.serin.config.istio.Destination;
import dev.serin.config.istio.DestinationRule;
import dev.serin.config.istio.HttpAction;
import dev.serin.config.istio.RouteDestination;
import dev.serin.config.istio.VirtualService;
import dev.serin.controlplane.registry.Services;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// The VirtualServices that are in force, oldest first; immutable.
///
/// A VirtualService is in force when every host and subset that it names is there. One that names
/// something unknown leaves what was in force for its hosts before: its own former version, or
/// nothing. A subset that a rule in force uses stays known though its DestinationRule is gone. Of
/// several for one host the sidecars take the oldest, a gateway takes the rules of all, oldest
/// first.
public final class RouteRules {
    private static final Comparator<VirtualService> OLDEST_FIRST =
            Comparator.comparing((VirtualService v) -> v.metadata().created())
                    .thenComparing(v -> v.metadata().key().toString());

    private final List<InForce> inForce;
    private final List<Unresolved> unresolved;
    private final List<Superseded> superseded;
    private final Map<String, Map<String, DestinationRule.Subset>> subsetsInUse;
    private final Map<String, InForce> meshByHost = new HashMap<>();
    private final List<InForce> meshWildcards = new ArrayList<>();

    private RouteRules(
            List<InForce> inForce,
            List<Unresolved> unresolved,
            Map<String, Map<String, DestinationRule.Subset>> subsetsInUse) {
        this.inForce = List.copyOf(inForce);
        this.unresolved = List.copyOf(unresolved);
        this.subsetsInUse = subsetsInUse;
        var lost = new ArrayList<Superseded>();
        for (var rules : inForce) {
            if (!rules.gateways.contains(VirtualService.MESH)) {
                continue;
            }
            for (var host : rules.hosts) {
                var first = meshByHost.putIfAbsent(host, rules);
                if (first != null) {
                    lost.add(new Superseded(rules.key(), host, first.key()));
                }
            }
            if (rules.hosts.stream().anyMatch(h -> h.startsWith("*"))) {
                meshWildcards.add(rules);
            }
        }
        this.superseded = List.copyOf(lost);
    }

    public static RouteRules none() {
        return new RouteRules(List.of(), List.of(), Map.of());
    }

    /// What is in force after this, now that these are the mesh's resources.
    public RouteRules next(
            Collection<VirtualService> all, Services services, TrafficPolicies policies) {
        var before = new HashMap<ResourceKey, InForce>();
        inForce.forEach(f -> before.put(f.key(), f));
        var now = new ArrayList<InForce>();
        var missing = new ArrayList<Unresolved>();
        var used = new LinkedHashMap<String, Map<String, DestinationRule.Subset>>();
        var byKey = new HashMap<ResourceKey, VirtualService>();
        all.forEach(v -> byKey.put(v.metadata().key(), v));
        for (var rules : all.stream().sorted(OLDEST_FIRST).toList()) {
            var whole = Delegates.of(rules, byKey, policies.domain());
            var wanted = InForce.of(whole.rules(), policies.domain());
            var absent = new ArrayList<>(whole.missing());
            if (absent.isEmpty()) {
                absent.addAll(absent(wanted, services, policies, used));
            }
            if (absent.isEmpty()) {
                now.add(wanted);
                continue;
            }
            missing.add(new Unresolved(rules.metadata().key(), absent));
            var former = before.get(rules.metadata().key());
            if (former != null) {
                now.add(former);
                keep(former, policies, used);
            }
        }
        return new RouteRules(now, missing, used.equals(subsetsInUse) ? subsetsInUse : used);
    }

    /// What a VirtualService names that is not there, in words.
    public static List<String> absent(
            VirtualService rules, Services services, TrafficPolicies policies) {
        return absent(
                InForce.of(rules, policies.domain()), services, policies, new LinkedHashMap<>());
    }

    private static List<String> absent(
            InForce rules,
            Services services,
            TrafficPolicies policies,
            Map<String, Map<String, DestinationRule.Subset>> used) {
        var absent = new ArrayList<String>();
        var found = new LinkedHashMap<Destination, DestinationRule.Subset>();
        for (var destination : rules.destinations()) {
            var host = rules.resolve(destination.host(), policies.domain());
            var service = services.find(host);
            if (service == null) {
                absent.add("host " + destination.host() + " (no service " + host + ")");
            } else if (destination.port() != 0 && service.port(destination.port()) == null) {
                absent.add("port " + destination.port() + " of host " + destination.host());
            } else if (!destination.subset().isEmpty()) {
                var subset =
                        policies.subset(
                                host, service.namespace(), rules.namespace(), destination.subset());
                if (subset == null) {
                    absent.add(
                            "subset "
                                    + destination.subset()
                                    + " of host "
                                    + destination.host()
                                    + " (no DestinationRule declares it)");
                } else {
                    found.put(destination, subset);
                }
            }
        }
        if (absent.isEmpty()) {
            found.forEach((d, s) -> use(rules, d, s, policies.domain(), used));
        }
        return absent;
    }

    private void keep(
            InForce former,
            TrafficPolicies policies,
            Map<String, Map<String, DestinationRule.Subset>> used) {
        for (var destination : former.destinations()) {
            var host = former.resolve(destination.host(), policies.domain());
            var subset = subsetsInUse.getOrDefault(host, Map.of()).get(destination.subset());
            if (subset != null) {
                use(former, destination, subset, policies.domain(), used);
            }
        }
    }

    private static void use(
            InForce rules,
            Destination destination,
            DestinationRule.Subset subset,
            String domain,
            Map<String, Map<String, DestinationRule.Subset>> used) {
        used.computeIfAbsent(rules.resolve(destination.host(), domain), _ -> new LinkedHashMap<>())
                .putIfAbsent(subset.name(), subset);
    }

    /// The rules for `host` in the sidecars of `client`; the narrowest host wins.
    public @Nullable InForce mesh(String host, String client) {
        var exact = meshByHost.get(host);
        if (exact != null && exact.seenFrom(client)) {
            return exact;
        }
        InForce best = null;
        var length = 0;
        for (var rules : meshWildcards) {
            for (var pattern : rules.hosts) {
                if (pattern.startsWith("*")
                        && pattern.length() > length
                        && Hosts.covers(pattern, host)
                        && rules.seenFrom(client)) {
                    best = rules;
                    length = pattern.length();
                }
            }
        }
        return best;
    }

    /// The rules bound to a gateway, oldest first.
    ///
    /// @param gateway `namespace/name`
    public List<InForce> gateway(String gateway) {
        return inForce.stream().filter(f -> f.gateways.contains(gateway)).toList();
    }

    /// The subsets of a host that rules in force name, by name.
    public Map<String, DestinationRule.Subset> subsetsInUse(String host) {
        return subsetsInUse.getOrDefault(host, Map.of());
    }

    /// All of them; the same instance as long as they are equal.
    public Map<String, Map<String, DestinationRule.Subset>> subsetsInUse() {
        return subsetsInUse;
    }

    public List<InForce> all() {
        return inForce;
    }

    public List<Unresolved> unresolved() {
        return unresolved;
    }

    public List<Superseded> superseded() {
        return superseded;
    }

    /// A VirtualService whose references were all there when it came into force.
    ///
    /// @param hosts in full
    /// @param gateways `mesh` or `namespace/name`
    public record InForce(VirtualService rules, List<String> hosts, List<String> gateways) {
        static InForce of(VirtualService rules, String domain) {
            var namespace = rules.metadata().namespace();
            return new InForce(
                    rules,
                    rules.hosts().stream().map(h -> Hosts.resolve(h, namespace, domain)).toList(),
                    rules.gateways().stream().map(g -> gateway(g, namespace)).toList());
        }

        public ResourceKey key() {
            return rules.metadata().key();
        }

        public String namespace() {
            return rules.metadata().namespace();
        }

        /// The full name of a host that a destination names.
        public String resolve(String host, String domain) {
            return Hosts.resolve(host, namespace(), domain);
        }

        /// Whether a condition's list of gateways names `gateway`; an empty one does not ask.
        public boolean names(List<String> written, String gateway) {
            return written.isEmpty()
                    || written.stream().anyMatch(g -> gateway(g, namespace()).equals(gateway));
        }

        /// Whether a proxy in `client` is told of it.
        public boolean seenFrom(String client) {
            return Hosts.visible(rules.exportTo(), namespace(), client);
        }

        List<Destination> destinations() {
            var http =
                    rules.http().stream()
                            .flatMap(route ->
                                    Stream.concat(
                                            route.action() instanceof HttpAction.Forward forward
                                                    ? forward.destinations().stream()
                                                            .map(RouteDestination::destination)
                                                    : Stream.empty(),
                                            route.mirrors().stream().map(m -> m.destination())));
            var tcp =
                    Stream.concat(
                                    rules.tcp().stream().flatMap(r -> r.route().stream()),
                                    rules.tls().stream().flatMap(r -> r.route().stream()))
                            .map(RouteDestination::destination);
            return Stream.concat(http, tcp).distinct().toList();
        }

        /// `name` is a gateway beside the rule, `namespace/name` any; the old form was a host name.
        private static String gateway(String written, String namespace) {
            if (written.equals(VirtualService.MESH) || written.indexOf('/') >= 0) {
                return written;
            }
            var parts = written.split("\\.");
            return parts.length > 1 ? parts[1] + "/" + parts[0] : namespace + "/" + written;
        }
    }

    /// @param absent what it names that is not there, in words
    public record Unresolved(ResourceKey key, List<String> absent) {}

    /// @param by the older one that the sidecars take for `host`
    public record Superseded(ResourceKey key, String host, ResourceKey by) {}
}
