package dev.serin.proxy.http.manager;

import dev.serin.base.net.Cidr;
import dev.serin.proxy.extension.ProxyName;
import dev.serin.proxy.http.RequestHead;
import dev.serin.proxy.http.codec.Http1Limits;
import dev.serin.proxy.http.codec.h2.Http2Limits;
import dev.serin.proxy.http.filter.HttpFilter;
import dev.serin.proxy.http.filter.LocalReply;
import dev.serin.proxy.http.router.RouterConfig;
import dev.serin.proxy.route.RouteTable;
import dev.serin.proxy.route.Upgrades;
import dev.serin.proxy.stream.AccessLog;
import dev.serin.proxy.stream.Downstream;
import dev.serin.proxy.tracing.Tracing;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/// An HTTP connection manager as configured. Immutable.
///
/// @param rdsName where the routes are discovered; null if they are inline
/// @param inline the routes, if not discovered
/// @param chain the filters of usual streams
/// @param ofUpgrades the filters of those that are upgraded to these protocols, in lower case,
///   where they are not the usual ones
/// @param streamIdleMillis without a sign of life in a stream; 0 for none
/// @param requestMillis for the whole request to come; 0 for none
/// @param streamMillis for a whole stream; 0 for none
/// @param upgrades protocols that a connection may be upgraded to, in lower case
/// @param replies how the proxy's own replies are put
/// @param tracing null for none
public record HttpManager(
        String statPrefix,
        @Nullable String rdsName,
        @Nullable RouteTable inline,
        Chain chain,
        Map<String, Chain> ofUpgrades,
        List<AccessLog> logs,
        Edge edge,
        Codec codec,
        Http1Limits limits,
        Http2Limits http2,
        long streamIdleMillis,
        long requestMillis,
        long streamMillis,
        Set<String> upgrades,
        LocalReplies replies,
        @Nullable Tracing tracing) {
    /// Which version of HTTP clients speak; AUTO for what they begin with.
    public enum Codec {
        AUTO,
        HTTP1,
        HTTP2
    }

    /// Filters in order.
    ///
    /// @param router the last one
    /// @param someDisabled whether one of them is disabled by itself
    record Chain(List<Filter> filters, RouterConfig router, boolean someDisabled) {
        static Chain of(List<Filter> filters, RouterConfig router) {
            return new Chain(
                    List.copyOf(filters), router, filters.stream().anyMatch(Filter::disabled));
        }
    }

    /// The filters of a stream that wants to become `upgrade`, or nothing.
    Chain chain(@Nullable String upgrade) {
        return upgrade == null || ofUpgrades.isEmpty()
                ? chain
                : ofUpgrades.getOrDefault(upgrade, chain);
    }

    /// One configured filter.
    ///
    /// @param make a filter for each stream
    /// @param disabled unless a route says something of it
    public record Filter(String name, Supplier<HttpFilter> make, boolean disabled) {}

    /// Whether a request may become a tunnel of this protocol, in lower case.
    ///
    /// @param route what its route says
    boolean allowsUpgrade(String protocol, Upgrades route) {
        var said = route.allowed().get(protocol);
        return said == null ? upgrades.contains(protocol) : said;
    }

    /// What happens to the `server` header of a response.
    public enum ServerHeader {
        OVERWRITE,
        APPEND_IF_ABSENT,
        PASS_THROUGH
    }

    /// What a connection manager does to heads by itself.
    ///
    /// @param useRemoteAddress whether the client's address is the connection's, and the proxy the
    ///   edge
    /// @param requestIdInResponse whether the client is told it
    /// @param agent whom upstream servers are told to be asked by; null to tell them nothing
    /// @param internal addresses whose requests come from inside
    /// @param scheme that every request has; null for its own
    /// @param forwardsPort whether the port that the client connected to is told
    /// @param origins how else the client's address is found; null for not at all
    public record Edge(
            String serverName,
            ServerHeader server,
            boolean useRemoteAddress,
            int trustedHops,
            boolean skipXffAppend,
            boolean requestId,
            boolean keepRequestId,
            RequestForm form,
            boolean requestIdInResponse,
            @Nullable String via,
            @Nullable ProxyName agent,
            List<Cidr> internal,
            ClientCertificate.Told certificate,
            @Nullable String scheme,
            boolean forwardsPort,
            @Nullable ClientOrigins origins) {
        /// Brings a request into the form that everything else expects; the answer is what it gets
        /// if it cannot go on.
        @Nullable LocalReply settle(RequestHead request, Downstream from) {
            var wrong = form.settle(request, from.local().getPort());
            return wrong == null && origins != null ? origins.refusal(request.headers()) : wrong;
        }
    }
}
