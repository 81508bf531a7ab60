package dev.serin.controlplane.generate.route;

import com.google.protobuf.ByteString;

import dev.serin.config.istio.HttpAction;
import dev.serin.config.istio.HttpRoute;
import dev.serin.config.istio.LoadBalancer;
import dev.serin.controlplane.generate.Protos;

import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.core.v3.RuntimeFractionalPercent;
import io.envoyproxy.envoy.config.route.v3.DirectResponseAction;
import io.envoyproxy.envoy.config.route.v3.RedirectAction;
import io.envoyproxy.envoy.config.route.v3.RetryPolicy;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.WeightedCluster;
import io.envoyproxy.envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate;
import io.envoyproxy.envoy.extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig;
import io.envoyproxy.envoy.type.matcher.v3.RegexMatchAndSubstitute;
import io.envoyproxy.envoy.type.v3.FractionalPercent;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// What a route does with a request.
final class Actions {
    /// As Istio since 1.24: what cannot have reached the application, and no status code.
    private static final String RETRY_ON =
            "connect-failure,refused-stream,unavailable,cancelled,retriable-status-codes";

    private static final String RETRIABLE = "retriable-status-codes";

    /// Other places from the second retry on, as Istio.
    private static final PreviousPrioritiesConfig REMOTE =
            PreviousPrioritiesConfig.newBuilder().setUpdateFrequency(2).build();

    private Actions() {}

    static void apply(RoutePlan.Rule rule, Route.Builder route) {
        var written = rule.route();
        var action = written == null ? null : written.action();
        switch (action) {
            case HttpAction.Redirect redirect -> route.setRedirect(redirect(redirect, rule.port()));
            case HttpAction.DirectResponse response ->
                    route.setDirectResponse(
                            DirectResponseAction.newBuilder()
                                    .setStatus(response.status())
                                    .setBody(
                                            DataSource.newBuilder()
                                                    .setInlineBytes(
                                                            ByteString.copyFrom(response.body()))));
            case HttpAction.Delegate _ -> unavailable(route);
            case HttpAction.Forward _ -> forward(rule, route);
            case null -> forward(rule, route);
        }
    }

    private static void forward(RoutePlan.Rule rule, Route.Builder route) {
        var clusters = rule.targets().clusters();
        if (clusters.isEmpty()) {
            unavailable(route);
            return;
        }
        var action = RouteAction.newBuilder();
        var written = rule.route();
        if (clusters.size() == 1) {
            var only = clusters.getFirst();
            action.setCluster(only.cluster());
            if (only.headers() != null) {
                RouteBuilder.headers(only.headers(), route);
                host(RouteBuilder.host(only.headers().request()), action);
            }
        } else {
            action.setWeightedClusters(weighted(clusters));
        }
        for (var mirror : rule.targets().mirrors()) {
            action.addRequestMirrorPolicies(
                    RouteAction.RequestMirrorPolicy.newBuilder()
                            .setCluster(mirror.cluster())
                            .setRuntimeFraction(
                                    RuntimeFractionalPercent.newBuilder()
                                            .setDefaultValue(percent(mirror.percent()))));
        }
        rule.targets().hash().forEach(key -> action.addHashPolicy(hash(key)));
        if (written != null && written.rewrite() != null) {
            rewrite(written.rewrite(), action);
        }
        if (written != null) {
            host(RouteBuilder.host(written.headers().request()), action);
        }
        limits(written, action, !rule.targets().hash().isEmpty());
        route.setRoute(action);
    }

    private static WeightedCluster weighted(List<RoutePlan.Target> clusters) {
        var weighted = WeightedCluster.newBuilder();
        for (var target : clusters) {
            var arm =
                    WeightedCluster.ClusterWeight.newBuilder()
                            .setName(target.cluster())
                            .setWeight(Protos.number(target.weight()));
            if (target.headers() != null) {
                var request = target.headers().request();
                var response = target.headers().response();
                arm.addAllRequestHeadersToAdd(RouteBuilder.added(request))
                        .addAllRequestHeadersToRemove(request.remove())
                        .addAllResponseHeadersToAdd(RouteBuilder.added(response))
                        .addAllResponseHeadersToRemove(response.remove());
                var host = RouteBuilder.host(request);
                if (!host.isEmpty()) {
                    arm.setHostRewriteLiteral(host);
                }
            }
            weighted.addClusters(arm);
        }
        return weighted.build();
    }

    private static void unavailable(Route.Builder route) {
        route.setDirectResponse(DirectResponseAction.newBuilder().setStatus(503));
    }

    private static void host(String host, RouteAction.Builder action) {
        if (!host.isEmpty()) {
            action.setHostRewriteLiteral(host);
        }
    }

    private static void rewrite(HttpRoute.Rewrite rewrite, RouteAction.Builder action) {
        if (rewrite.uriRegex() != null) {
            action.setRegexRewrite(
                    RegexMatchAndSubstitute.newBuilder()
                            .setPattern(Matches.regex(rewrite.uriRegex().match()))
                            .setSubstitution(rewrite.uriRegex().rewrite()));
        } else if (!rewrite.uri().isEmpty()) {
            action.setPrefixRewrite(rewrite.uri());
        }
        host(rewrite.authority(), action);
    }

    /// Timeout and retries; a route that makes faults has neither, as Istio.
    private static void limits(
            @Nullable HttpRoute written, RouteAction.Builder action, boolean hashed) {
        var faulty = written != null && written.fault() != null;
        var timeout =
                written == null || written.timeout() == null || faulty
                        ? Duration.ZERO
                        : written.timeout();
        action.setTimeout(Protos.duration(timeout));
        action.setMaxStreamDuration(
                RouteAction.MaxStreamDuration.newBuilder()
                        .setMaxStreamDuration(Protos.duration(Duration.ZERO))
                        .setGrpcTimeoutHeaderMax(Protos.duration(timeout)));
        if (faulty) {
            return;
        }
        var retries = written == null ? null : written.retries();
        if (retries == null) {
            action.setRetryPolicy(retry(2, hashed).setRetryOn(RETRY_ON));
        } else if (retries.attempts() > 0) {
            action.setRetryPolicy(retry(retries, hashed));
        }
    }

    private static RetryPolicy.Builder retry(int attempts, boolean hashed) {
        var policy =
                RetryPolicy.newBuilder()
                        .setNumRetries(Protos.number(attempts))
                        .setHostSelectionRetryMaxAttempts(5);
        // With a hash the second choice would be the first again: let it be that.
        if (!hashed) {
            policy.addRetryHostPredicate(
                    RetryPolicy.RetryHostPredicate.newBuilder()
                            .setName("envoy.retry_host_predicates.previous_hosts")
                            .setTypedConfig(
                                    Protos.any(PreviousHostsPredicate.getDefaultInstance())));
        }
        return policy;
    }

    private static RetryPolicy.Builder retry(HttpRoute.Retries retries, boolean hashed) {
        var policy = retry(retries.attempts(), hashed);
        if (!retries.retryIgnorePreviousHosts()) {
            policy.clearRetryHostPredicate();
        }
        var words = new ArrayList<String>();
        for (var word : retries.retryOn()) {
            if (word.chars().allMatch(Character::isDigit)) {
                policy.addRetriableStatusCodes(Integer.parseInt(word));
            } else {
                words.add(word);
            }
        }
        if (policy.getRetriableStatusCodesCount() > 0 && !words.contains(RETRIABLE)) {
            words.add(RETRIABLE);
        }
        policy.setRetryOn(words.isEmpty() ? RETRY_ON : String.join(",", words));
        if (retries.perTryTimeout() != null) {
            policy.setPerTryTimeout(Protos.duration(retries.perTryTimeout()));
        }
        if (Boolean.TRUE.equals(retries.retryRemoteLocalities())) {
            policy.setRetryPriority(
                    RetryPolicy.RetryPriority.newBuilder()
                            .setName("envoy.retry_priorities.previous_priorities")
                            .setTypedConfig(Protos.any(REMOTE)));
        }
        if (retries.backoff() != null) {
            policy.setRetryBackOff(
                    RetryPolicy.RetryBackOff.newBuilder()
                            .setBaseInterval(Protos.duration(retries.backoff())));
        }
        return policy;
    }

    private static RouteAction.HashPolicy hash(LoadBalancer.HashKey key) {
        var policy = RouteAction.HashPolicy.newBuilder();
        switch (key) {
            case LoadBalancer.HashKey.Header header ->
                    policy.setHeader(
                            RouteAction.HashPolicy.Header.newBuilder()
                                    .setHeaderName(header.name()));
            case LoadBalancer.HashKey.QueryParameter parameter ->
                    policy.setQueryParameter(
                            RouteAction.HashPolicy.QueryParameter.newBuilder()
                                    .setName(parameter.name()));
            case LoadBalancer.HashKey.SourceIp _ ->
                    policy.setConnectionProperties(
                            RouteAction.HashPolicy.ConnectionProperties.newBuilder()
                                    .setSourceIp(true));
            case LoadBalancer.HashKey.Cookie cookie -> {
                var made =
                        RouteAction.HashPolicy.Cookie.newBuilder()
                                .setName(cookie.name())
                                .setPath(cookie.path());
                if (cookie.ttl() != null) {
                    made.setTtl(Protos.duration(cookie.ttl()));
                }
                cookie.attributes().entrySet().stream()
                        .sorted(Map.Entry.comparingByKey())
                        .forEach(a ->
                                made.addAttributes(
                                        RouteAction.HashPolicy.CookieAttribute.newBuilder()
                                                .setName(a.getKey())
                                                .setValue(a.getValue())));
                policy.setCookie(made);
            }
        }
        return policy.build();
    }

    private static RedirectAction redirect(HttpAction.Redirect written, int port) {
        var redirect = RedirectAction.newBuilder().setResponseCode(code(written.code()));
        if (!written.authority().isEmpty()) {
            redirect.setHostRedirect(written.authority());
        }
        if (!written.uri().isEmpty()) {
            redirect.setPathRedirect(written.uri());
        } else if (!written.prefixRewrite().isEmpty()) {
            redirect.setPrefixRewrite(written.prefixRewrite());
        }
        if (!written.scheme().isEmpty()) {
            redirect.setSchemeRedirect(written.scheme());
        }
        if (written.port() != 0) {
            redirect.setPortRedirect(written.port());
        } else if (written.derivePort() == HttpAction.DerivePort.FROM_REQUEST_PORT) {
            redirect.setPortRedirect(port);
        } else if (written.derivePort() == HttpAction.DerivePort.FROM_PROTOCOL_DEFAULT) {
            redirect.setPortRedirect(written.scheme().equals("https") ? 443 : 80);
        }
        return redirect.build();
    }

    private static RedirectAction.RedirectResponseCode code(int code) {
        return switch (code) {
            case 302 -> RedirectAction.RedirectResponseCode.FOUND;
            case 303 -> RedirectAction.RedirectResponseCode.SEE_OTHER;
            case 307 -> RedirectAction.RedirectResponseCode.TEMPORARY_REDIRECT;
            case 308 -> RedirectAction.RedirectResponseCode.PERMANENT_REDIRECT;
            default -> RedirectAction.RedirectResponseCode.MOVED_PERMANENTLY;
        };
    }

    static FractionalPercent percent(double percent) {
        return FractionalPercent.newBuilder()
                .setNumerator((int) Math.round(percent * 10_000))
                .setDenominator(FractionalPercent.DenominatorType.MILLION)
                .build();
    }
}
