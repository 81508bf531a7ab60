package dev.serin.proxy.route;

import com.google.protobuf.InvalidProtocolBufferException;

import dev.serin.proxy.extension.ConfigProblem;

import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;
import io.envoyproxy.envoy.config.route.v3.InternalRedirectPolicy;
import io.envoyproxy.envoy.extensions.internal_redirect.allow_listed_routes.v3.AllowListedRoutesConfig;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// Which redirects that a host answers with are followed by the proxy itself, in place of the
/// client. As Envoy's InternalRedirectPolicy. Immutable.
///
/// @param most how often in a row, whatever routes the request takes
/// @param codes of responses that are followed
/// @param crossScheme whether from http to https and back too
/// @param copied response headers that the next request carries, in lower case
/// @param where which routes it may lead to; all must agree
public record FollowedRedirects(
        int most,
        Set<Integer> codes,
        boolean crossScheme,
        List<String> copied,
        List<Predicate> where) {
    private static final Set<Integer> POSSIBLE = Set.of(301, 302, 303, 307, 308);

    /// Looks at the route that a redirect leads to.
    public sealed interface Predicate {}

    /// Not one that this route has redirected the request to before.
    public record NoPrevious() implements Predicate {}

    /// One of these names.
    public record Listed(Set<String> routes) implements Predicate {}

    /// Not from http to https.
    public record NoUpgradeToHttps() implements Predicate {}

    static FollowedRedirects of(InternalRedirectPolicy policy) throws ConfigProblem {
        var copied = new ArrayList<String>();
        for (var name : policy.getResponseHeadersToCopyList()) {
            var lower = name.toLowerCase(Locale.ROOT);
            if (lower.startsWith(":") || lower.equals("host")) {
                throw new ConfigProblem(
                        "route.internal_redirect_policy.response_headers_to_copy",
                        "may not name '" + name + "'");
            }
            copied.add(lower);
        }
        var where = new ArrayList<Predicate>();
        for (var predicate : policy.getPredicatesList()) {
            where.add(predicate(predicate));
        }
        return new FollowedRedirects(
                policy.hasMaxInternalRedirects() ? policy.getMaxInternalRedirects().getValue() : 1,
                policy.getRedirectResponseCodesCount() == 0
                        ? Set.of(302)
                        : policy.getRedirectResponseCodesList().stream()
                                .filter(POSSIBLE::contains)
                                .collect(java.util.stream.Collectors.toUnmodifiableSet()),
                policy.getAllowCrossSchemeRedirect(),
                List.copyOf(copied),
                List.copyOf(where));
    }

    private static Predicate predicate(TypedExtensionConfig config) throws ConfigProblem {
        var any = config.getTypedConfig();
        return switch (any.getTypeUrl().substring(any.getTypeUrl().lastIndexOf('.') + 1)) {
            case "PreviousRoutesConfig" -> new NoPrevious();
            case "SafeCrossSchemeConfig" -> new NoUpgradeToHttps();
            case "AllowListedRoutesConfig" -> {
                try {
                    var listed = AllowListedRoutesConfig.parseFrom(any.getValue());
                    yield new Listed(Set.copyOf(listed.getAllowedRouteNamesList()));
                } catch (InvalidProtocolBufferException e) {
                    throw new ConfigProblem(
                            "route.internal_redirect_policy.predicates",
                            "does not parse: " + e.getMessage());
                }
            }
            default ->
                    throw new ConfigProblem(
                            "route.internal_redirect_policy.predicates",
                            "'" + config.getName() + "' is not supported");
        };
    }
}
