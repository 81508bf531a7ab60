package dev.serin.proxy.route;

import com.google.protobuf.Struct;

import dev.serin.proxy.format.Entry;
import dev.serin.proxy.http.Headers;
import dev.serin.proxy.http.RequestHead;
import dev.serin.proxy.http.ResponseHead;
import dev.serin.proxy.http.filter.LocalReply;
import dev.serin.proxy.http.filter.StreamContext;
import dev.serin.proxy.route.RouteAction.Changes;
import dev.serin.proxy.route.RouteAction.Direct;
import dev.serin.proxy.route.RouteAction.Forward;
import dev.serin.proxy.route.RouteAction.Mirror;
import dev.serin.proxy.route.RouteAction.Redirect;
import dev.serin.proxy.route.RouteAction.Share;
import dev.serin.proxy.route.rewrite.PathRewrite;
import dev.serin.proxy.stream.RouteUse;
import dev.serin.proxy.upstream.balance.MetadataMatch;

import io.envoyproxy.envoy.config.route.v3.Decorator;
import io.envoyproxy.envoy.config.route.v3.Tracing;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// The route that one request takes, kept for the whole stream.
public final class RouteMatch {
    private static final Route TLS_ROUTE =
            new Route(
                    "",
                    new RequestMatch(
                            new PathMatch.Prefix("", false),
                            false,
                            List.of(),
                            List.of(),
                            List.of(),
                            null),
                    new Redirect(301, "https", null, 0, null, new PathRewrite.None(), false),
                    Changes.NONE,
                    new RouteUse("", "", Map.of(), Map.of()),
                    null,
                    Map.of());
    private static final VirtualHost TLS_HOST =
            new VirtualHost(
                    "",
                    new RouteIndex(List.of()),
                    VirtualHost.Tls.NOBODY,
                    new VirtualHost.Told(false, false, false),
                    Map.of(),
                    Map.of());

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

    /// The route of those who must come again by TLS.
    static RouteMatch toTls(RouteTable table) {
        return new RouteMatch(table, TLS_HOST, TLS_ROUTE, null, null);
    }

    /// The route that the stream's request takes as it is now, by the same table.
    public @Nullable RouteMatch other(StreamContext stream) {
        return table.match(stream.request(), stream.downstream(), stream.slots());
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

    /// `filter_metadata` of the virtual host.
    public Map<String, Struct> hostMetadata() {
        return host.metadata();
    }

    /// What the spans of its requests are called; null if it does not say.
    public @Nullable Decorator decorator() {
        return route.traced() == null ? null : route.traced().decorator();
    }

    /// Which of its requests are traced; null if it does not say.
    public @Nullable Tracing tracing() {
        return route.traced() == null ? null : route.traced().tracing();
    }

    /// Whether requests tell upstream how often they were tried.
    public boolean tellsAttempts() {
        return host.told().request();
    }

    /// Whether responses tell the client how often its request was tried.
    public boolean answersAttempts() {
        return host.told().response();
    }

    /// Whether retries tell upstream if they are made for a time-out.
    public boolean tellsTimeouts() {
        return host.told().timeout();
    }

    /// What endpoints' metadata must hold.
    public MetadataMatch endpoints(Forward forward) {
        return share == null ? forward.balance().metadata() : share.metadata();
    }

    /// Whether this request is one of those that `mirror` gets.
    public boolean mirrored(Mirror mirror) {
        return table.mirrors(mirror);
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

    private Changes changes() {
        return share == null ? route.changes() : share.changes();
    }

    /// Changes the request for upstream: headers, then authority, then path.
    ///
    /// @param keepPath whether the client's path stays in `x-envoy-original-path` where it changes
    public void rewrite(Forward forward, StreamContext stream, boolean keepPath) {
        var request = stream.request();
        var changes = changes().request();
        for (var i = 0; i < changes.size(); i++) {
            changes.get(i).apply(request.headers(), () -> now(stream));
        }
        forward.host().apply(request, share == null ? null : share.host());
        rewritePath(request, forward.path(), keepPath);
    }

    private void rewritePath(RequestHead request, PathRewrite rewrite, boolean keepPath) {
        if (rewrite instanceof PathRewrite.None) {
            return;
        }
        var path = request.path();
        var query = path.indexOf('?');
        var end = query < 0 ? path.length() : query;
        if (keepPath) {
            request.headers().set("x-envoy-original-path", path);
        }
        request.path(rewrite.apply(path, end, route.match().path().matched(end)));
    }

    private static Entry now(StreamContext stream) {
        return Entry.of(stream.soFar(), stream.ticker().now());
    }

    /// Changes the response for the client.
    ///
    /// @param details as `%RESPONSE_CODE_DETAILS%`
    public void changeResponse(ResponseHead head, String details, StreamContext stream) {
        var changes = changes().response();
        for (var i = 0; i < changes.size(); i++) {
            changes.get(i)
                    .apply(
                            head.headers(),
                            () ->
                                    Entry.of(
                                            stream.soFar().answered(head, details),
                                            stream.ticker().now()));
        }
    }

    /// The answer of a route that has no cluster.
    public LocalReply answer(StreamContext stream) {
        var headers = new Headers(8);
        var request = stream.request();
        var status = 0;
        var body = "";
        switch (route.action()) {
            case Redirect redirect -> {
                status = redirect.status();
                rewritePath(request, redirect.rewrite(), true);
                headers.add("location", location(request, redirect));
            }
            case Direct direct -> {
                status = direct.status();
                body = direct.body();
                if (status == 201 || status / 100 == 3) { // Envoy says where the client is already
                    headers.add(
                            "location",
                            request.scheme() + "://" + request.authority() + request.path());
                }
            }
            case Forward _ -> throw new IllegalStateException("goes to a cluster");
        }
        changeResponse(new ResponseHead(status, headers), "direct_response", stream);
        return new LocalReply(status, 0, "direct_response", body, headers);
    }

    private static String location(RequestHead request, Redirect redirect) {
        var scheme = redirect.scheme() != null ? redirect.scheme() : request.scheme();
        var authority =
                redirect.host() != null
                        ? redirect.host()
                        : authority(request, scheme, redirect.port() != 0);
        var port = redirect.port() == 0 ? "" : ":" + redirect.port();
        return scheme + "://" + authority + port + path(request.path(), redirect);
    }

    private static String path(String path, Redirect redirect) {
        var query = path.indexOf('?');
        var to = redirect.path();
        if (to == null) {
            return redirect.stripQuery() && query >= 0 ? path.substring(0, query) : path;
        }
        return to.indexOf('?') >= 0 || redirect.stripQuery() || query < 0
                ? to
                : to + path.substring(query);
    }

    /// The client's authority, without its port if another takes its place or it is the usual one
    /// of the scheme that is left.
    private static String authority(RequestHead request, String scheme, boolean otherPort) {
        var authority = request.authority();
        var colon = authority.lastIndexOf(':');
        if (colon <= authority.lastIndexOf(']')) {
            return authority;
        }
        var before = request.headers().get("x-forwarded-proto");
        var usual = "https".equals(before) ? ":443" : "http".equals(before) ? ":80" : "";
        var drop = otherPort || !scheme.equals(before) && authority.substring(colon).equals(usual);
        return drop ? authority.substring(0, colon) : authority;
    }
}
