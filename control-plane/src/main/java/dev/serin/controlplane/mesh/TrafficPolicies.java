package dev.serin.controlplane.mesh;

import dev.serin.config.istio.ClientTls;
import dev.serin.config.istio.ConnectionPool;
import dev.serin.config.istio.DestinationRule;
import dev.serin.config.istio.LoadBalancer;
import dev.serin.config.istio.OutlierDetection;
import dev.serin.config.istio.TrafficPolicy;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// Which DestinationRule holds for a host, and what it comes to on a port; immutable. The same
/// instance stands for the same rules.
public final class TrafficPolicies {
    private static final Rule NONE = new Rule(null, List.of());

    private final List<Known> rules;
    private final String domain;
    private final String root;

    /// @param root the namespace whose rules hold everywhere
    public TrafficPolicies(Collection<DestinationRule> rules, String domain, String root) {
        this.domain = domain;
        this.root = root;
        this.rules =
                rules.stream()
                        .sorted(
                                Comparator.comparing((DestinationRule r) -> r.metadata().created())
                                        .thenComparing(r -> r.metadata().key().toString()))
                        .map(r ->
                                new Known(
                                        Hosts.resolve(r.host(), r.metadata().namespace(), domain),
                                        r))
                        .toList();
    }

    /// Who calls, as far as rules may tell callers apart.
    ///
    /// @param labels of its pod, only those that a `workloadSelector` of its namespace names
    public record Caller(String namespace, Map<String, String> labels) {}

    /// The caller that a proxy is.
    public Caller caller(ProxyScope scope) {
        var labels = new TreeMap<String, String>();
        for (var known : rules) {
            if (known.owner().equals(scope.namespace())) {
                for (var label : known.rule.workloadSelector().keySet()) {
                    var value = scope.workload().labels().get(label);
                    if (value != null) {
                        labels.put(label, value);
                    }
                }
            }
        }
        return new Caller(scope.namespace(), labels);
    }

    /// What a caller is told of `host`: the rules of the client's namespace come before those of
    /// the service's, and those before the root's; the narrowest host wins, and of its rules those
    /// that select the caller; rules of one host are one: the first policy, every subset that none
    /// before it names.
    public Rule rule(String host, String service, Caller client) {
        for (var namespace : List.of(client.namespace(), service, root)) {
            var best = "";
            var selected = false;
            for (var known : rules) {
                if (!known.seen(namespace, client) || !Hosts.covers(known.host, host)) {
                    continue;
                }
                if (best.isEmpty() || known.host.length() > best.length()) {
                    best = known.host;
                    selected = known.selects();
                } else if (known.host.equals(best)) {
                    selected |= known.selects();
                }
            }
            if (!best.isEmpty()) {
                return merged(best, namespace, client, selected);
            }
        }
        return NONE;
    }

    private Rule merged(String host, String namespace, Caller client, boolean selected) {
        TrafficPolicy policy = null;
        var subsets = new LinkedHashMap<String, DestinationRule.Subset>();
        for (var known : rules) {
            if (known.host.equals(host)
                    && known.seen(namespace, client)
                    && known.selects() == selected) {
                policy = policy == null ? known.rule.trafficPolicy() : policy;
                known.rule.subsets().forEach(s -> subsets.putIfAbsent(s.name(), s));
            }
        }
        return new Rule(policy, List.copyOf(subsets.values()));
    }

    /// The Secrets that rules name to a caller.
    public Set<String> credentials(Caller client) {
        var names = new TreeSet<String>();
        for (var known : rules) {
            if (known.seen(known.owner(), client)) {
                add(known.rule.trafficPolicy(), names);
                known.rule.subsets().forEach(s -> add(s.trafficPolicy(), names));
            }
        }
        return names;
    }

    private static void add(@Nullable TrafficPolicy policy, Set<String> names) {
        if (policy == null) {
            return;
        }
        add(policy.tls(), names);
        policy.portLevelSettings().forEach(p -> add(p.tls(), names));
    }

    private static void add(@Nullable ClientTls tls, Set<String> names) {
        if (tls != null && !tls.credentialName().isEmpty()) {
            names.add(tls.credentialName());
        }
    }

    /// The subset of a host that some caller in `client` may be told of, null if there is none.
    public DestinationRule.@Nullable Subset subset(
            String host, String service, String client, String name) {
        var usual = rule(host, service, new Caller(client, Map.of())).subset(name);
        if (usual != null) {
            return usual;
        }
        for (var known : rules) {
            if (known.selects() && known.owner().equals(client) && Hosts.covers(known.host, host)) {
                for (var subset : known.rule.subsets()) {
                    if (subset.name().equals(name)) {
                        return subset;
                    }
                }
            }
        }
        return null;
    }

    /// The hosts that any rule names, in full.
    public List<String> hosts() {
        return rules.stream().map(Known::host).distinct().toList();
    }

    public String domain() {
        return domain;
    }

    private record Known(String host, DestinationRule rule) {
        String owner() {
            return rule.metadata().namespace();
        }

        boolean selects() {
            return !rule.workloadSelector().isEmpty();
        }

        boolean seen(String namespace, Caller client) {
            var owner = owner();
            if (!owner.equals(namespace)) {
                return false;
            }
            var own = owner.equals(client.namespace());
            return selects()
                    ? own
                            && client.labels()
                                    .entrySet()
                                    .containsAll(rule.workloadSelector().entrySet())
                    : own || Hosts.visible(rule.exportTo(), owner, client.namespace());
        }
    }

    /// The rules of one host as one.
    public record Rule(@Nullable TrafficPolicy policy, List<DestinationRule.Subset> subsets) {

        public DestinationRule.@Nullable Subset subset(String name) {
            for (var subset : subsets) {
                if (subset.name().equals(name)) {
                    return subset;
                }
            }
            return null;
        }

        /// What holds on a port for the whole service, or for one of its subsets.
        public Effective on(int port, DestinationRule.@Nullable Subset subset) {
            var whole = Effective.of(policy, port, Effective.NOTHING);
            return subset == null ? whole : Effective.of(subset.trafficPolicy(), port, whole);
        }

        /// This rule with a subset that it does not name, for instance one that routes still use.
        public Rule with(Collection<DestinationRule.Subset> others) {
            var all = new ArrayList<>(subsets);
            others.stream().filter(o -> subset(o.name()) == null).forEach(all::add);
            return new Rule(policy, List.copyOf(all));
        }
    }

    /// The parts of a policy that hold in one place; null ones are not written.
    public record Effective(
            @Nullable LoadBalancer loadBalancer,
            @Nullable ConnectionPool connectionPool,
            @Nullable OutlierDetection outlierDetection,
            @Nullable ClientTls tls,
            TrafficPolicy.@Nullable ProxyProtocol proxyProtocol,
            TrafficPolicy.@Nullable RetryBudget retryBudget) {
        public static final Effective NOTHING = new Effective(null, null, null, null, null, null);

        /// A part that is written replaces the parent's; the settings of a port replace the four
        /// that a port may have.
        static Effective of(@Nullable TrafficPolicy policy, int port, Effective parent) {
            if (policy == null) {
                return parent;
            }
            var proxyProtocol = or(policy.proxyProtocol(), parent.proxyProtocol);
            var retryBudget = or(policy.retryBudget(), parent.retryBudget);
            for (var own : policy.portLevelSettings()) {
                if (own.port() == port) {
                    return new Effective(
                            own.loadBalancer(),
                            own.connectionPool(),
                            own.outlierDetection(),
                            own.tls(),
                            proxyProtocol,
                            retryBudget);
                }
            }
            return new Effective(
                    or(policy.loadBalancer(), parent.loadBalancer),
                    or(policy.connectionPool(), parent.connectionPool),
                    or(policy.outlierDetection(), parent.outlierDetection),
                    or(policy.tls(), parent.tls),
                    proxyProtocol,
                    retryBudget);
        }

        /// This where no proxy has a certificate of the mesh.
        public Effective withoutIdentity() {
            return tls == null || tls.mode() != ClientTls.Mode.ISTIO_MUTUAL
                    ? this
                    : new Effective(
                            loadBalancer,
                            connectionPool,
                            outlierDetection,
                            null,
                            proxyProtocol,
                            retryBudget);
        }

        /// This with the names that a server must have where no rule says.
        public Effective expecting(List<String> names) {
            if (names.isEmpty() || tls == null || !tls.subjectAltNames().isEmpty()) {
                return this;
            }
            return new Effective(
                    loadBalancer,
                    connectionPool,
                    outlierDetection,
                    tls.expecting(names),
                    proxyProtocol,
                    retryBudget);
        }

        private static <T> @Nullable T or(@Nullable T own, @Nullable T parents) {
            return own == null ? parents : own;
        }
    }

    /// Names of the subsets that any rule declares for `host`.
    public Set<String> subsetNames(String host) {
        var names = new LinkedHashSet<String>();
        for (var known : rules) {
            if (Hosts.covers(known.host, host)) {
                known.rule.subsets().forEach(s -> names.add(s.name()));
            }
        }
        return names;
    }
}
