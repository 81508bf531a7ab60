package dev.serin.controlplane.mesh;

import dev.serin.config.ResourceKey;
import dev.serin.config.istio.Destination;
import dev.serin.config.istio.HttpAction;
import dev.serin.config.istio.HttpMatch;
import dev.serin.config.istio.HttpRoute;
import dev.serin.config.istio.RouteDestination;
import dev.serin.config.istio.StringMatch;
import dev.serin.config.istio.VirtualService;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Puts the rules of other VirtualServices in where one delegates to them, as Istio: the conditions
/// of both must hold, what the delegate does not say it takes from the rule that delegates. Pure
/// functions.
final class Delegates {
    private final Map<ResourceKey, VirtualService> all;
    private final String domain;
    private final List<String> missing = new ArrayList<>();

    private Delegates(Map<ResourceKey, VirtualService> all, String domain) {
        this.all = all;
        this.domain = domain;
    }

    /// @param missing delegates that are not there, in words
    record Whole(VirtualService rules, List<String> missing) {}

    /// The VirtualService with the rules of those it delegates to in its own.
    static Whole of(VirtualService root, Map<ResourceKey, VirtualService> all, String domain) {
        if (root.http().stream().noneMatch(r -> r.action() instanceof HttpAction.Delegate)) {
            return new Whole(root, List.of());
        }
        var delegates = new Delegates(all, domain);
        var http = new ArrayList<HttpRoute>();
        for (var route : root.http()) {
            if (route.action() instanceof HttpAction.Delegate delegate) {
                http.addAll(delegates.rules(root, route, delegate));
            } else {
                http.add(route);
            }
        }
        var whole =
                new VirtualService(
                        root.metadata(),
                        root.hosts(),
                        root.gateways(),
                        List.copyOf(http),
                        root.tls(),
                        root.tcp(),
                        root.exportTo());
        return new Whole(whole, List.copyOf(delegates.missing));
    }

    private List<HttpRoute> rules(
            VirtualService root, HttpRoute route, HttpAction.Delegate delegate) {
        var own = root.metadata().namespace();
        var namespace = delegate.namespace().isEmpty() ? own : delegate.namespace();
        var there =
                all.get(
                        new ResourceKey(
                                root.metadata().key().family(), namespace, delegate.name()));
        var name = namespace + "/" + delegate.name();
        if (there == null || !there.hosts().isEmpty()) {
            missing.add(
                    there == null
                            ? "delegate " + name + " (no such VirtualService)"
                            : "delegate " + name + " (it has hosts of its own)");
            return List.of();
        }
        if (!Hosts.visible(there.exportTo(), namespace, own)) {
            missing.add("delegate " + name + " (it is not exported to " + own + ")");
            return List.of();
        }
        var rules = new ArrayList<HttpRoute>();
        for (var rule : there.http()) {
            if (!(rule.action() instanceof HttpAction.Delegate)) {
                var both = merged(route, full(rule, namespace));
                if (both != null) {
                    rules.add(both);
                }
            }
        }
        return rules;
    }

    /// Null where no request meets the conditions of both.
    private static @Nullable HttpRoute merged(HttpRoute root, HttpRoute leaf) {
        var match = matches(root.match(), leaf.match());
        if (match == null) {
            return null;
        }
        var name =
                root.name().isEmpty() || leaf.name().isEmpty()
                        ? root.name() + leaf.name()
                        : root.name() + "-" + leaf.name();
        var headers = leaf.headers();
        var unchanged = headers.request().isEmpty() && headers.response().isEmpty();
        return new HttpRoute(
                name,
                match,
                leaf.action(),
                or(leaf.rewrite(), root.rewrite()),
                or(leaf.timeout(), root.timeout()),
                or(leaf.retries(), root.retries()),
                or(leaf.fault(), root.fault()),
                leaf.mirrors().isEmpty() ? root.mirrors() : leaf.mirrors(),
                or(leaf.cors(), root.cors()),
                unchanged ? root.headers() : headers);
    }

    private static <T> @Nullable T or(@Nullable T own, @Nullable T roots) {
        return own == null ? roots : own;
    }

    private static @Nullable List<HttpMatch> matches(List<HttpMatch> root, List<HttpMatch> leaf) {
        if (root.isEmpty() || leaf.isEmpty()) {
            return root.isEmpty() ? leaf : root;
        }
        var both = new ArrayList<HttpMatch>();
        for (var one : root) {
            for (var other : leaf) {
                if (agree(one, other)) {
                    both.add(both(one, other));
                }
            }
        }
        return both.isEmpty() ? null : List.copyOf(both);
    }

    private static boolean agree(HttpMatch root, HttpMatch leaf) {
        return root.ignoreUriCase() == leaf.ignoreUriCase()
                && narrower(root.uri(), leaf.uri())
                && narrower(root.scheme(), leaf.scheme())
                && narrower(root.method(), leaf.method())
                && narrower(root.authority(), leaf.authority())
                && narrower(root.headers(), leaf.headers())
                && narrower(root.withoutHeaders(), leaf.withoutHeaders())
                && narrower(root.queryParams(), leaf.queryParams())
                && (root.port() == 0 || leaf.port() == 0 || root.port() == leaf.port())
                && same(root.sourceLabels(), leaf.sourceLabels())
                && (root.sourceNamespace().isEmpty()
                        || leaf.sourceNamespace().isEmpty()
                        || root.sourceNamespace().equals(leaf.sourceNamespace()))
                && (root.gateways().isEmpty()
                        || leaf.gateways().isEmpty()
                        || root.gateways().containsAll(leaf.gateways()));
    }

    private static boolean narrower(Map<String, StringMatch> root, Map<String, StringMatch> leaf) {
        return root.entrySet().stream().allMatch(e -> narrower(e.getValue(), leaf.get(e.getKey())));
    }

    /// Whether what the leaf takes is part of what the root takes; of expressions nobody knows.
    private static boolean narrower(@Nullable StringMatch root, @Nullable StringMatch leaf) {
        if (root == null || leaf == null || root instanceof StringMatch.Present) {
            return true;
        }
        return switch (root) {
            case StringMatch.Exact exact -> leaf.equals(exact);
            case StringMatch.Prefix prefix ->
                    switch (leaf) {
                        case StringMatch.Exact e -> e.value().startsWith(prefix.value());
                        case StringMatch.Prefix p -> p.value().startsWith(prefix.value());
                        case StringMatch.Regex _, StringMatch.Present _ -> false;
                    };
            case StringMatch.Regex _, StringMatch.Present _ -> false;
        };
    }

    private static boolean same(Map<String, String> root, Map<String, String> leaf) {
        return root.entrySet().stream()
                .allMatch(e -> leaf.getOrDefault(e.getKey(), e.getValue()).equals(e.getValue()));
    }

    private static HttpMatch both(HttpMatch root, HttpMatch leaf) {
        return new HttpMatch(
                root.name().isEmpty() || leaf.name().isEmpty()
                        ? root.name() + leaf.name()
                        : root.name() + "-" + leaf.name(),
                or(leaf.uri(), root.uri()),
                or(leaf.scheme(), root.scheme()),
                or(leaf.method(), root.method()),
                or(leaf.authority(), root.authority()),
                both(root.headers(), leaf.headers()),
                both(root.withoutHeaders(), leaf.withoutHeaders()),
                both(root.queryParams(), leaf.queryParams()),
                leaf.port() == 0 ? root.port() : leaf.port(),
                both(root.sourceLabels(), leaf.sourceLabels()),
                leaf.sourceNamespace().isEmpty() ? root.sourceNamespace() : leaf.sourceNamespace(),
                leaf.gateways().isEmpty() ? root.gateways() : leaf.gateways(),
                leaf.ignoreUriCase(),
                leaf.statPrefix().isEmpty() ? root.statPrefix() : leaf.statPrefix());
    }

    private static <T> Map<String, T> both(Map<String, T> root, Map<String, T> leaf) {
        if (root.isEmpty() || leaf.isEmpty()) {
            return root.isEmpty() ? leaf : root;
        }
        var both = new HashMap<>(root);
        both.putAll(leaf);
        return Map.copyOf(both);
    }

    /// With full names of hosts: short ones mean the delegate's namespace.
    private HttpRoute full(HttpRoute rule, String namespace) {
        var action =
                rule.action() instanceof HttpAction.Forward forward
                        ? new HttpAction.Forward(
                                forward.destinations().stream()
                                        .map(d ->
                                                new RouteDestination(
                                                        full(d.destination(), namespace),
                                                        d.weight(),
                                                        d.headers()))
                                        .toList())
                        : rule.action();
        return new HttpRoute(
                rule.name(),
                rule.match(),
                action,
                rule.rewrite(),
                rule.timeout(),
                rule.retries(),
                rule.fault(),
                rule.mirrors().stream()
                        .map(m ->
                                new HttpRoute.Mirror(full(m.destination(), namespace), m.percent()))
                        .toList(),
                rule.cors(),
                rule.headers());
    }

    private Destination full(Destination destination, String namespace) {
        return new Destination(
                Hosts.resolve(destination.host(), namespace, domain),
                destination.subset(),
                destination.port());
    }
}
