package dev.serin.proxy.route;

import dev.serin.base.chance.Draw;
import dev.serin.base.chance.Draws;
import dev.serin.proxy.http.RequestHead;
import dev.serin.proxy.route.RouteAction.ByHeader;
import dev.serin.proxy.route.RouteAction.Forward;
import dev.serin.proxy.route.RouteAction.One;
import dev.serin.proxy.route.RouteAction.Share;
import dev.serin.proxy.route.RouteAction.Weighted;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// A whole RouteConfiguration, compiled: host, then the first route that matches. Immutable, for
/// any thread.
public final class RouteTable {
    private final String name;
    private final Map<String, VirtualHost> exact;
    private final List<Wildcard> wildcards;
    private final @Nullable VirtualHost any;
    private final boolean ignorePort;
    private final HeaderChanges requestChanges;
    private final HeaderChanges responseChanges;
    private final Needs needs;
    private final Draw fractionDraw;
    private final Draw clusterDraw;

    /// A domain with `*` at its beginning (a suffix) or end (a prefix).
    record Wildcard(String text, boolean suffix, VirtualHost host) {
        boolean test(String authority) {
            return authority.length() > text.length()
                    && (suffix ? authority.endsWith(text) : authority.startsWith(text));
        }
    }

    /// The hosts of a table by how their domains are written.
    ///
    /// @param wildcards suffixes before prefixes, the longest first
    record Domains(
            Map<String, VirtualHost> exact, List<Wildcard> wildcards, @Nullable VirtualHost any) {}

    /// What a table makes necessary elsewhere.
    ///
    /// @param clusters that a route names
    /// @param togglesFilters whether a route disables or enables a filter
    record Needs(Set<String> clusters, boolean togglesFilters) {}

    RouteTable(
            String name,
            Domains domains,
            boolean ignorePort,
            HeaderChanges requestChanges,
            HeaderChanges responseChanges,
            Needs needs,
            Draws draws) {
        this.name = name;
        this.exact = domains.exact();
        this.wildcards = domains.wildcards();
        this.any = domains.any();
        this.ignorePort = ignorePort;
        this.requestChanges = requestChanges;
        this.responseChanges = responseChanges;
        this.needs = needs;
        this.fractionDraw = draws.named("runtime-fraction");
        this.clusterDraw = draws.named("weighted-cluster");
    }

    public String name() {
        return name;
    }

    /// Every cluster that a route names.
    public Set<String> clusters() {
        return needs.clusters();
    }

    boolean togglesFilters() {
        return needs.togglesFilters();
    }

    HeaderChanges requestChanges() {
        return requestChanges;
    }

    HeaderChanges responseChanges() {
        return responseChanges;
    }

    /// Where `request` goes; null if no route takes it.
    public @Nullable RouteMatch match(RequestHead request) {
        var host = host(request.authority());
        if (host == null) {
            return null;
        }
        var path = request.path();
        var query = path.indexOf('?');
        var end = query < 0 ? path.length() : query;
        for (var route : host.routes()) {
            if (route.test(request, end, fractionDraw)) {
                return choose(request, host, route);
            }
        }
        return null;
    }

    private @Nullable VirtualHost host(String authority) {
        if (exact.isEmpty() && wildcards.isEmpty()) {
            return any;
        }
        var wanted = ignorePort ? withoutPort(authority) : authority;
        var found = exact.get(wanted);
        if (found != null) {
            return found;
        }
        wanted = wanted.toLowerCase(Locale.ROOT);
        found = exact.get(wanted);
        if (found != null) {
            return found;
        }
        for (var wildcard : wildcards) {
            if (wildcard.test(wanted)) {
                return wildcard.host();
            }
        }
        return any;
    }

    private static String withoutPort(String authority) {
        var colon = authority.lastIndexOf(':');
        return colon > authority.lastIndexOf(']') ? authority.substring(0, colon) : authority;
    }

    private RouteMatch choose(RequestHead request, VirtualHost host, Route route) {
        if (!(route.action() instanceof Forward forward)) {
            return new RouteMatch(this, host, route, null, null);
        }
        return switch (forward.cluster()) {
            case One one -> new RouteMatch(this, host, route, one.name(), null);
            case ByHeader by -> {
                var named = request.get(by.header());
                yield new RouteMatch(this, host, route, named == null ? "" : named, null);
            }
            case Weighted weighted -> {
                var share = share(weighted);
                yield new RouteMatch(this, host, route, share.name(), share);
            }
        };
    }

    private Share share(Weighted weighted) {
        var drawn = clusterDraw.below(weighted.total());
        for (var share : weighted.shares()) {
            drawn -= share.weight();
            if (drawn < 0) {
                return share;
            }
        }
        return weighted.shares().getLast();
    }
}
