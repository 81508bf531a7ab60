package dev.serin.proxy.route;

import com.google.re2j.Pattern;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;

/// What a route does with a request.
public sealed interface RouteAction {
    /// Sends it to a cluster.
    ///
    /// @param timeoutMillis from the end of the request to the end of the response; 0 for none
    /// @param idleMillis without a sign of life in the stream; -1 to leave it to the connection
    ///   manager, 0 for none
    record Forward(
            ClusterChoice cluster,
            Rewrite rewrite,
            long timeoutMillis,
            long idleMillis,
            RetryPolicy retry,
            int notFoundStatus)
            implements RouteAction {}

    /// Which cluster.
    sealed interface ClusterChoice {}

    /// Always this one.
    record One(String name) implements ClusterChoice {}

    /// The one that the request's header names.
    record ByHeader(String header) implements ClusterChoice {}

    /// One of several, by weight.
    ///
    /// @param total of the weights
    record Weighted(List<Share> shares, int total) implements ClusterChoice {}

    /// A cluster with its weight and what it changes of heads.
    record Share(
            String name,
            int weight,
            @Nullable String host,
            HeaderChanges requestChanges,
            HeaderChanges responseChanges,
            Map<String, Object> perFilter) {}

    /// How path and authority change on the way up.
    ///
    /// @param prefix replaces what the match matched
    /// @param regex what is replaced by `substitution`
    /// @param host the new authority
    /// @param hostHeader the header that holds the new authority
    /// @param autoHost the authority is the chosen endpoint's name
    record Rewrite(
            @Nullable String prefix,
            @Nullable Pattern regex,
            String substitution,
            @Nullable String host,
            @Nullable String hostHeader,
            boolean autoHost) {
        static final Rewrite NONE = new Rewrite(null, null, "", null, null, false);
    }

    /// Sends the client elsewhere.
    ///
    /// @param port 0 to keep it
    record Redirect(
            int status,
            @Nullable String scheme,
            @Nullable String host,
            int port,
            @Nullable String path,
            @Nullable String prefix,
            @Nullable Pattern regex,
            String substitution,
            boolean stripQuery)
            implements RouteAction {}

    /// Answers from here.
    record Direct(int status, String body) implements RouteAction {}
}
