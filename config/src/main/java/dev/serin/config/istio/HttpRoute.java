package dev.serin.config.istio;

import dev.serin.config.codec.Cursor;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// One HTTP rule: the first whose match holds decides.
///
/// @param match any one of them must hold; empty: always
/// @param timeout of the whole request, null or zero: none
/// @param mirrors those of `mirror` and of `mirrors`
public record HttpRoute(
        String name,
        List<HttpMatch> match,
        HttpAction action,
        @Nullable Rewrite rewrite,
        @Nullable Duration timeout,
        @Nullable Retries retries,
        @Nullable Fault fault,
        List<Mirror> mirrors,
        @Nullable Cors cors,
        HeaderOperations headers) {
    /// What the request is changed to before it is forwarded; empty parts stay as they are.
    public record Rewrite(String uri, String authority, @Nullable RegexRewrite uriRegex) {
        static Rewrite from(Cursor rewrite) {
            return new Rewrite(
                    rewrite.string("uri"),
                    rewrite.string("authority"),
                    rewrite.optional(
                            "uriRegexRewrite",
                            r -> new RegexRewrite(r.string("match"), r.string("rewrite"))));
        }
    }

    /// Replaces what `match` finds in the path; `\1` in `rewrite` is its first group.
    public record RegexRewrite(String match, String rewrite) {}

    /// When a failed request is tried again.
    ///
    /// @param attempts beyond the first; 0 or less: none
    /// @param perTryTimeout null: the timeout of the whole request
    /// @param retryOn Envoy's names and numeric status codes; empty: Istio's usual ones
    /// @param backoff base interval, null: 25 ms
    public record Retries(
            int attempts,
            @Nullable Duration perTryTimeout,
            List<String> retryOn,
            @Nullable Boolean retryRemoteLocalities,
            boolean retryIgnorePreviousHosts,
            @Nullable Duration backoff) {
        static Retries from(Cursor retries) {
            return new Retries(
                    retries.integer("attempts", 0),
                    retries.duration("perTryTimeout"),
                    Arrays.stream(retries.string("retryOn").split(","))
                            .map(String::strip)
                            .filter(word -> !word.isEmpty())
                            .toList(),
                    retries.bool("retryRemoteLocalities"),
                    retries.bool("retryIgnorePreviousHosts", true),
                    retries.duration("backoff"));
        }
    }

    /// A copy of the request, its answer thrown away.
    ///
    /// @param percent of the requests, 0 to 100; 100 where nothing is written
    public record Mirror(Destination destination, double percent) {}

    /// What browsers from elsewhere may do.
    ///
    /// @param allowOrigins those of the old `allowOrigin` included, as exact matches
    public record Cors(
            List<StringMatch> allowOrigins,
            List<String> allowMethods,
            List<String> allowHeaders,
            List<String> exposeHeaders,
            @Nullable Duration maxAge,
            @Nullable Boolean allowCredentials,
            UnmatchedPreflights unmatchedPreflights) {
        static Cors from(Cursor cors) {
            var origins = new ArrayList<>(cors.list("allowOrigins", StringMatch::from));
            if (origins.isEmpty()) {
                cors.strings("allowOrigin").forEach(o -> origins.add(new StringMatch.Exact(o)));
            }
            return new Cors(
                    List.copyOf(origins),
                    cors.strings("allowMethods"),
                    cors.strings("allowHeaders"),
                    cors.strings("exposeHeaders"),
                    cors.duration("maxAge"),
                    cors.bool("allowCredentials"),
                    cors.word(
                            "unmatchedPreflights",
                            UnmatchedPreflights.class,
                            UnmatchedPreflights.UNSPECIFIED));
        }
    }

    /// Whether a preflight request from an origin that is not allowed reaches the service.
    public enum UnmatchedPreflights {
        UNSPECIFIED,
        FORWARD,
        IGNORE
    }

    static HttpRoute from(Cursor rule) {
        return new HttpRoute(
                rule.string("name"),
                rule.list("match", HttpMatch::from),
                HttpAction.from(rule),
                rule.optional("rewrite", Rewrite::from),
                rule.duration("timeout"),
                rule.optional("retries", Retries::from),
                rule.optional("fault", Fault::from),
                mirrors(rule),
                rule.optional("corsPolicy", Cors::from),
                HeaderOperations.from(rule.at("headers")));
    }

    private static List<Mirror> mirrors(Cursor rule) {
        var mirrors = new ArrayList<Mirror>();
        if (rule.has("mirror")) {
            var old = rule.has("mirrorPercent") ? "mirrorPercent" : "mirror_percent";
            mirrors.add(
                    new Mirror(
                            Destination.from(rule.at("mirror")),
                            Percent.of(rule, "mirrorPercentage", old, 100)));
        }
        mirrors.addAll(
                rule.list(
                        "mirrors",
                        m ->
                                new Mirror(
                                        Destination.from(m.at("destination")),
                                        Percent.of(m, "percentage", "percent", 100))));
        return List.copyOf(mirrors);
    }
}
