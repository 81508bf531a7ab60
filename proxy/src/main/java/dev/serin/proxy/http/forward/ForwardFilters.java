package dev.serin.proxy.http.forward;

import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.extension.ExtensionConfig;
import dev.serin.proxy.http.RequestHead;
import dev.serin.proxy.http.filter.HttpFilter;
import dev.serin.proxy.http.filter.HttpFilterFactory;
import dev.serin.proxy.http.filter.LocalReply;
import dev.serin.proxy.http.filter.StreamContext;
import dev.serin.proxy.stream.HostSearch;
import dev.serin.proxy.stream.ResponseFlag;
import dev.serin.proxy.stream.StreamEnd;

import io.envoyproxy.envoy.extensions.filters.http.dynamic_forward_proxy.v3.FilterConfig;
import io.envoyproxy.envoy.extensions.filters.http.dynamic_forward_proxy.v3.PerRouteConfig;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.function.Supplier;

/// Holds a request until the host that it names is known to its cluster, whose host it then is. As
/// Envoy's dynamic forward proxy.
public final class ForwardFilters implements HttpFilterFactory {
    private static final String PACKAGE = "envoy.extensions.filters.http.dynamic_forward_proxy.v3.";
    private static final String FILTER = PACKAGE + "FilterConfig";

    @Override
    public List<String> types() {
        return List.of(FILTER, PACKAGE + "PerRouteConfig");
    }

    @Override
    public Supplier<HttpFilter> compile(ExtensionConfig config) throws ConfigProblem {
        if (!config.type().equals(FILTER)) {
            throw new ConfigProblem("typed_config", config.type() + " belongs on a route");
        }
        var message = config.as(FilterConfig.parser());
        var cache = message.getDnsCacheConfig().getName();
        if (cache.isEmpty()) {
            throw new ConfigProblem("dns_cache_config.name", "is missing");
        }
        return () -> new Forwarding(config.name(), cache);
    }

    @Override
    public Object compilePerRoute(ExtensionConfig config) throws ConfigProblem {
        var message = config.as(PerRouteConfig.parser());
        return new Rewrite(message.getHostRewriteLiteral(), message.getHostRewriteHeader());
    }

    /// What stands for the request's own authority, empty for nothing.
    ///
    /// @param header whose value it is
    private record Rewrite(String literal, String header) {}

    private static final class Forwarding implements HttpFilter {
        private final String name;
        private final String cache;
        private boolean over;

        Forwarding(String name, String cache) {
            this.name = name;
            this.cache = cache;
        }

        @Override
        public Next request(StreamContext stream, RequestHead head, boolean end) {
            if (stream.perRoute(name) instanceof Rewrite rewrite) {
                rewrite(head, rewrite);
            }
            return go(stream, stream.seekHost(cache, head.authority(), s -> later(stream, s)));
        }

        private static void rewrite(RequestHead head, Rewrite rewrite) {
            if (!rewrite.literal().isEmpty()) {
                head.authority(rewrite.literal());
                return;
            }
            var named = rewrite.header().isEmpty() ? null : head.headers().get(rewrite.header());
            if (named != null && !named.isEmpty()) {
                head.authority(named);
            }
        }

        private void later(StreamContext stream, HostSearch search) {
            if (!over && go(stream, search) == Next.CONTINUE) {
                stream.resumeRequest();
            }
        }

        private static Next go(StreamContext stream, HostSearch search) {
            var reply = reply(search);
            if (reply != null) {
                stream.reply(reply);
            }
            return search == HostSearch.FOUND ? Next.CONTINUE : Next.PAUSE;
        }

        private static @Nullable LocalReply reply(HostSearch search) {
            return switch (search) {
                case FOUND, WAITING -> null;
                case FAILED ->
                        new LocalReply(
                                503,
                                ResponseFlag.DNS_FAILURE.bit(),
                                "dns_resolution_failure",
                                "DNS resolution failure");
                case TOO_MANY_HOSTS ->
                        new LocalReply(503, 0, "dns_cache_overflow", "DNS cache overflow");
                case TOO_MANY_WAITING ->
                        new LocalReply(
                                503,
                                0,
                                "dynamic_forward_proxy_pending_request_overflow",
                                "Dynamic forward proxy pending request overflow");
            };
        }

        @Override
        public void ended(StreamContext stream, StreamEnd end) {
            over = true;
        }
    }
}
