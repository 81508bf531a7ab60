package dev.serin.proxy.route;

import com.google.protobuf.Struct;

import dev.serin.proxy.http.Headers;
import dev.serin.proxy.http.RequestHead;
import dev.serin.proxy.http.filter.StreamContext;
import dev.serin.proxy.route.RouteAction.Forward;
import dev.serin.proxy.route.RouteAction.Redirect;
import dev.serin.proxy.route.RouteAction.Share;
import dev.serin.proxy.stream.RouteUse;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// The route that one request takes, kept for the whole stream.
public final class RouteMatch {
    private final RouteTable table;
    private final VirtualHost host;
    private final Route route;
    private final @Nullable String cluster;
    private final @Nullable Share share;

    RouteMatch(
            RouteTable table,
            VirtualHost host,
            Route route,
            @Nullable String cluster,
            @Nullable Share share) {
        this.table = table;
        this.host = host;
        this.route = route;
        this.cluster = cluster;
        this.share = share;
    }

    /// May be empty.
    public String name() {
        return route.name();
    }

    /// As logs see it.
    public RouteUse use() {
        return route.use();
    }

    public RouteAction action() {
        return route.action();
    }

    /// The cluster that was drawn; null if the route answers by itself.
    public @Nullable String cluster() {
        return cluster;
    }

    public Map<String, Struct> metadata() {
        return route.use().metadata();
    }

    public boolean attemptCount() {
        return host.attemptCount();
    }

    /// Whether some route of the table disables or enables a filter.
    public boolean togglesFilters() {
        return table.togglesFilters();
    }

    /// The most specific configuration for this filter, or null.
    public @Nullable Object perFilter(String filter) {
        var found = share == null ? null : share.perFilter().get(filter);
        if (found == null) {
            found = route.perFilter().get(filter);
        }
        return found != null ? found : host.perFilter().get(filter);
    }

    /// What all levels say of this filter, the most specific first.
    public List<Object> perFilters(String filter) {
        var all = new ArrayList<Object>(3);
        add(all, share == null ? null : share.perFilter().get(filter));
        add(all, route.perFilter().get(filter));
        add(all, host.perFilter().get(filter));
        return all;
    }

    private static void add(List<Object> all, @Nullable Object one) {
        if (one != null) {
            all.add(one);
        }
    }

    /// Changes the request for upstream: headers from the most specific to the least, then path and
    /// authority. The client's path stays in `x-envoy-original-path` where it changes.
    public void rewrite(RequestHead request, Forward forward, StreamContext stream) {
        var headers = request.headers();
        if (share != null) {
            share.requestChanges().apply(headers, stream);
        }
        route.requestChanges().apply(headers, stream);
        host.requestChanges().apply(headers, stream);
        table.requestChanges().apply(headers, stream);
        var rewrite = forward.rewrite();
        var path = request.path();
        var next = path(rewrite, path);
        if (!next.equals(path)) {
            if (!headers.has("x-envoy-original-path")) {
                headers.add("x-envoy-original-path", path);
            }
            request.path(next);
        }
        var authority = share != null && share.host() != null ? share.host() : rewrite.host();
        if (rewrite.hostHeader() != null) {
            authority = request.get(rewrite.hostHeader());
        }
        if (authority != null) {
            request.authority(authority);
        }
    }

    private String path(RouteAction.Rewrite rewrite, String path) {
        var query = path.indexOf('?');
        var end = query < 0 ? path.length() : query;
        if (rewrite.prefix() != null) {
            return rewrite.prefix() + path.substring(route.path().matched(end));
        }
        if (rewrite.regex() != null) {
            var matcher = rewrite.regex().matcher(path.substring(0, end));
            return matcher.replaceAll(rewrite.substitution()) + path.substring(end);
        }
        return path;
    }

    /// Changes the response for the client.
    public void changeResponse(Headers headers, StreamContext stream) {
        if (share != null) {
            share.responseChanges().apply(headers, stream);
        }
        route.responseChanges().apply(headers, stream);
        host.responseChanges().apply(headers, stream);
        table.responseChanges().apply(headers, stream);
    }

    /// Where `redirect` sends the client.
    public String location(RequestHead request, Redirect redirect) {
        var path = request.path();
        var query = path.indexOf('?');
        var end = query < 0 ? path.length() : query;
        var rest = redirect.stripQuery() ? "" : path.substring(end);
        var target = path.substring(0, end);
        if (redirect.path() != null) {
            target = redirect.path();
            rest = target.indexOf('?') >= 0 ? "" : rest;
        } else if (redirect.prefix() != null) {
            target = redirect.prefix() + target.substring(route.path().matched(end));
        } else if (redirect.regex() != null) {
            target = redirect.regex().matcher(target).replaceAll(redirect.substitution());
        }
        var scheme = redirect.scheme() != null ? redirect.scheme() : request.scheme();
        var authority = redirect.host() != null ? redirect.host() : request.authority();
        if (redirect.port() != 0 || redirect.scheme() != null) {
            authority = withPort(authority, redirect.port(), redirect.host() != null);
        }
        return scheme + "://" + authority + target + rest;
    }

    private static String withPort(String authority, int port, boolean keep) {
        var colon = authority.lastIndexOf(':');
        var bare =
                colon > authority.lastIndexOf(']') && !(keep && port == 0)
                        ? authority.substring(0, colon)
                        : authority;
        return port == 0 ? bare : bare + ":" + port;
    }
}
