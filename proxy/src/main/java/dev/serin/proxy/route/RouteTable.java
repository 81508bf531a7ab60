package dev.serin.proxy.route;

import dev.serin.base.chance.Draw;
import dev.serin.base.chance.Draws;
import dev.serin.proxy.http.RequestHead;
import dev.serin.proxy.route.RouteAction.ByHeader;
import dev.serin.proxy.route.RouteAction.Forward;
import dev.serin.proxy.route.RouteAction.Mirror;
import dev.serin.proxy.route.RouteAction.One;
import dev.serin.proxy.route.RouteAction.Share;
import dev.serin.proxy.route.RouteAction.Weighted;
import dev.serin.proxy.stream.Downstream;
import dev.serin.proxy.stream.Slots;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Set;

/// A whole RouteConfiguration, compiled: host, then the first route that matches. Immutable, for
/// any thread.
public final class RouteTable {
    private final String name;
    private final DomainIndex domains;
    private final Settings settings;
    private final Needs needs;
    private final Draw fractionDraw;
    private final Draw clusterDraw;
    private final Draw mirrorDraw;

    /// What holds for all hosts of a table.
    ///
    /// @param internalOnly headers that only clients from inside may send, in lower case
    /// @param ignoreParameters whether what follows a `;` in a segment of a path does not count for
    ///   matches
    record Settings(boolean ignorePort, boolean ignoreParameters, List<String> internalOnly) {}

    /// What a table makes necessary elsewhere.
    ///
    /// @param clusters that a route names
    /// @param togglesFilters whether a route disables or enables a filter
    /// @param checked whether the clusters must be there already; null where nothing says it
    record Needs(Set<String> clusters, boolean togglesFilters, @Nullable Boolean checked) {}

    RouteTable(String name, DomainIndex domains, Settings settings, Needs needs, Draws draws) {
        this.name = name;
        this.domains = domains;
        this.settings = settings;
        this.needs = needs;
        this.fractionDraw = draws.named("runtime-fraction");
        this.clusterDraw = draws.named("weighted-cluster");
        this.mirrorDraw = draws.named("mirror");
    }

    public String name() {
        return name;
    }

    /// Every cluster that a route names.
    public Set<String> clusters() {
        return needs.clusters();
    }

    /// Clusters without which the table is refused. As Envoy's
    /// RouteConfiguration.validate_clusters.
    ///
    /// @param usually whether they are asked for where the table does not say
    public Set<String> demanded(boolean usually) {
        var checked = needs.checked() == null ? usually : needs.checked();
        return checked ? needs.clusters() : Set.of();
    }

    boolean togglesFilters() {
        return needs.togglesFilters();
    }

    /// Takes headers off a request from outside that only clients from inside may send.
    public void dropInternalOnly(RequestHead request) {
        if (!settings.internalOnly().isEmpty() && !inside(request)) {
            settings.internalOnly().forEach(request.headers()::remove);
        }
    }

    private static boolean inside(RequestHead request) {
        return "true".equals(request.headers().get("x-envoy-internal"));
    }

    /// Whether this request is one of those that `mirror` gets.
    boolean mirrors(Mirror mirror) {
        return mirror.fraction() == null || mirror.fraction().hits(mirrorDraw);
    }

    /// Where `request` goes; null if no route takes it.
    ///
    /// @param slots what filters have left so far
    public @Nullable RouteMatch match(RequestHead request, Downstream downstream, Slots slots) {
        var host = domains.find(request.authority(), settings.ignorePort());
        if (host == null) {
            return null;
        }
        if (host.tls() != VirtualHost.Tls.NOBODY && mustUseTls(host.tls(), request)) {
            return RouteMatch.toTls(this);
        }
        var path = settings.ignoreParameters() ? withoutParameters(request.path()) : request.path();
        var route =
                host.routes()
                        .first(
                                new RequestMatch.Asked(
                                        request,
                                        downstream,
                                        slots,
                                        new Fraction.Chance(fractionDraw)),
                                path,
                                pathEnd(path));
        return route == null ? null : choose(request, host, route);
    }

    private static boolean mustUseTls(VirtualHost.Tls tls, RequestHead request) {
        return !"https".equals(request.headers().get("x-forwarded-proto"))
                && (tls == VirtualHost.Tls.EVERYBODY || !inside(request));
    }

    private static int pathEnd(String path) {
        var query = path.indexOf('?');
        return query < 0 ? path.length() : query;
    }

    /// A path of which each segment ends before its first `;`; the query is kept.
    private static String withoutParameters(String path) {
        var end = pathEnd(path);
        if (path.lastIndexOf(';', end - 1) < 0) {
            return path;
        }
        var kept = new StringBuilder(path.length());
        var dropping = false;
        for (var i = 0; i < end; i++) {
            var c = path.charAt(i);
            dropping = c == ';' || (dropping && c != '/');
            if (!dropping) {
                kept.append(c);
            }
        }
        return kept.append(path, end, path.length()).toString();
    }

    private RouteMatch choose(RequestHead request, VirtualHost host, Route route) {
        if (!(route.action() instanceof Forward forward)) {
            return new RouteMatch(this, host, route, null, null);
        }
        return switch (forward.cluster()) {
            case One one -> new RouteMatch(this, host, route, one.name(), null);
            case ByHeader by ->
                    new RouteMatch(this, host, route, named(request, by.header()), null);
            case Weighted weighted -> {
                var share = share(weighted, request);
                var named =
                        share.byHeader() == null ? share.name() : named(request, share.byHeader());
                yield new RouteMatch(this, host, route, named, share);
            }
        };
    }

    /// The cluster that the first value of a header names; empty if there is none.
    private static String named(RequestHead request, String header) {
        var value = request.headers().get(header);
        return value == null ? "" : value;
    }

    private Share share(Weighted weighted, RequestHead request) {
        var left = number(weighted, request);
        for (var share : weighted.shares()) {
            left -= share.weight();
            if (left < 0) {
                return share;
            }
        }
        return weighted.shares().getLast();
    }

    /// Less than the total of the weights: of the request's header if it has a number, else drawn.
    private long number(Weighted weighted, RequestHead request) {
        var total = weighted.total();
        var said = weighted.header() == null ? null : request.get(weighted.header());
        if (said != null) {
            try {
                return Long.remainderUnsigned(Long.parseUnsignedLong(said.strip()), total);
            } catch (NumberFormatException e) {
                // no number: as if it were not there
            }
        }
        return total <= Integer.MAX_VALUE
                ? clusterDraw.below((int) total)
                : (long) (clusterDraw.unit() * total);
    }
}
