package dev.serin.proxy.http.manager;

import dev.serin.base.chance.Draw;
import dev.serin.proxy.http.Headers;
import dev.serin.proxy.http.HttpProtocol;
import dev.serin.proxy.http.RequestHead;
import dev.serin.proxy.http.codec.RequestReader;
import dev.serin.proxy.http.codec.ResponseWriter;
import dev.serin.proxy.http.codec.StreamFactory;
import dev.serin.proxy.http.filter.HttpFilter;
import dev.serin.proxy.route.FilterToggle;
import dev.serin.proxy.route.RouteMatch;
import dev.serin.proxy.route.RouteTable;
import dev.serin.proxy.stream.Downstream;
import dev.serin.proxy.worker.Worker;

import org.jspecify.annotations.Nullable;

/// What the streams of one client connection share. Its event loop only.
public final class HttpConnection implements StreamFactory {
    private final Worker worker;
    private HttpManager manager;
    private final Scope scope;
    private final Downstream downstream;
    private final Draw ids;
    private final Draw backoff;

    public HttpConnection(Worker worker, HttpManager manager, Scope scope, Downstream downstream) {
        this.worker = worker;
        this.manager = manager;
        this.scope = scope;
        this.downstream = downstream;
        this.ids = scope.draws().named("request-id");
        this.backoff = scope.draws().named("retry-backoff");
    }

    @Override
    public RequestReader open(ResponseWriter out, RequestHead head, boolean end) {
        var stream = begin(out, head);
        stream.open(end);
        return stream;
    }

    @Override
    public void malformed(
            ResponseWriter out, @Nullable RequestHead head, int status, String detail) {
        var shown = head == null ? nothing(HttpProtocol.HTTP11) : head;
        begin(out, shown).malformed(status, detail);
    }

    @Override
    public void broken(ResponseWriter out, boolean remote, String detail) {
        begin(out, nothing(HttpProtocol.HTTP2)).reset(remote, detail);
    }

    @Override
    public void continued() {
        scope.observer().continued(manager.statPrefix());
    }

    @Override
    public void cut(ResponseWriter out) {
        begin(out, nothing(HttpProtocol.HTTP11)).gone(null);
    }

    HttpStream begin(ResponseWriter out, RequestHead head) {
        manager = scope.newest(manager);
        scope.observer().begun(manager.statPrefix(), downstream);
        return new HttpStream(this, out, head);
    }

    private static RequestHead nothing(HttpProtocol protocol) {
        return new RequestHead(protocol, "", "", "", new Headers(4));
    }

    @Override
    public void count(String name) {
        scope.observer().counted(manager.statPrefix(), name);
    }

    @Override
    public boolean draining() {
        return scope.draining();
    }

    /// The routes of a stream; null if none have come yet.
    @Nullable RouteTable routes(Scope.Known known) {
        var name = manager.rdsName();
        return name == null ? manager.inline() : known.routes(name);
    }

    /// The filters of a stream; those that are disabled, by themselves or on the route, are left
    /// out.
    FilterPath filters(HttpManager.Chain chain, @Nullable RouteMatch route) {
        var configured = chain.filters();
        if (chain.someDisabled() || route != null && route.togglesFilters()) {
            return new FilterPath(
                    configured.stream()
                            .filter(f -> enabled(f, route))
                            .map(f -> f.make().get())
                            .toArray(HttpFilter[]::new));
        }
        var made = new HttpFilter[configured.size()];
        for (var i = 0; i < made.length; i++) {
            made[i] = configured.get(i).make().get();
        }
        return new FilterPath(made);
    }

    private static boolean enabled(HttpManager.Filter filter, @Nullable RouteMatch route) {
        var own = route == null ? null : route.perFilter(filter.name());
        return own == null ? !filter.disabled() : own != FilterToggle.DISABLED;
    }

    Worker worker() {
        return worker;
    }

    HttpManager manager() {
        return manager;
    }

    Scope scope() {
        return scope;
    }

    Downstream downstream() {
        return downstream;
    }

    Draw idDraw() {
        return ids;
    }

    Draw backoffDraw() {
        return backoff;
    }
}
