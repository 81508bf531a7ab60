package dev.serin.proxy.rbac;

import dev.serin.base.net.Cidr;
import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.extension.ExtensionConfig;
import dev.serin.proxy.route.HeaderMatch;
import dev.serin.proxy.route.TextMatch;
import dev.serin.proxy.route.rewrite.PathTemplate;
import dev.serin.proxy.stream.FilterState;

import io.envoyproxy.envoy.config.core.v3.CidrRange;
import io.envoyproxy.envoy.config.rbac.v3.Permission;
import io.envoyproxy.envoy.config.rbac.v3.Principal;
import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.envoyproxy.envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig;
import io.envoyproxy.envoy.type.matcher.v3.FilterStateMatcher;
import io.envoyproxy.envoy.type.matcher.v3.PathMatcher;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/// Compiles permissions and principals. Pure. As Envoy's Permission and Principal.
final class Conditions {
    private static final String TEMPLATE =
            "envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig";

    private Conditions() {}

    // ---- what is asked for

    @SuppressWarnings("deprecation") // Istio still sends metadata
    static Condition permission(Permission permission) throws ConfigProblem {
        return switch (permission.getRuleCase()) {
            case ANY -> always(permission.getAny());
            case AND_RULES -> Condition.all(permissions(permission.getAndRules().getRulesList()));
            case OR_RULES -> Condition.any(permissions(permission.getOrRules().getRulesList()));
            case NOT_RULE -> permission(permission.getNotRule()).not();
            case HEADER -> header(permission.getHeader());
            case URL_PATH -> path(permission.getUrlPath());
            case URI_TEMPLATE -> template(permission.getUriTemplate());
            case DESTINATION_IP ->
                    address(permission.getDestinationIp(), v -> v.downstream().local());
            case DESTINATION_PORT -> {
                var port = permission.getDestinationPort();
                yield visit -> visit.downstream().local().getPort() == port;
            }
            case DESTINATION_PORT_RANGE -> {
                var range = permission.getDestinationPortRange();
                var start = range.getStart();
                var end = range.getEnd();
                if (start >= end) {
                    throw new ConfigProblem(
                            "destination_port_range",
                            "start " + start + " is not less than end " + end);
                }
                yield visit -> {
                    var port = visit.downstream().local().getPort();
                    return start <= port && port < end;
                };
            }
            case REQUESTED_SERVER_NAME -> {
                var match = TextMatch.of(permission.getRequestedServerName());
                yield visit -> {
                    var name = visit.downstream().serverName();
                    return match.test(name == null ? "" : name);
                };
            }
            case METADATA -> MetadataCondition.dynamic(permission.getMetadata());
            case SOURCED_METADATA -> MetadataCondition.of(permission.getSourcedMetadata());
            case MATCHER ->
                    throw new ConfigProblem(
                            "matcher",
                            "'" + permission.getMatcher().getName() + "' is not supported");
            case RULE_NOT_SET -> throw new ConfigProblem("permissions", "a permission has no rule");
        };
    }

    private static List<Condition> permissions(List<Permission> messages) throws ConfigProblem {
        var parts = new ArrayList<Condition>();
        for (var message : messages) {
            parts.add(permission(message));
        }
        return parts;
    }

    // ---- who asks

    @SuppressWarnings("deprecation") // Istio still sends source_ip and metadata
    static Condition principal(Principal principal) throws ConfigProblem {
        return switch (principal.getIdentifierCase()) {
            case ANY -> always(principal.getAny());
            case AND_IDS -> Condition.all(principals(principal.getAndIds().getIdsList()));
            case OR_IDS -> Condition.any(principals(principal.getOrIds().getIdsList()));
            case NOT_ID -> principal(principal.getNotId()).not();
            case AUTHENTICATED -> Identity.of(principal.getAuthenticated());
            case SOURCE_IP -> address(principal.getSourceIp(), v -> v.downstream().direct());
            case DIRECT_REMOTE_IP ->
                    address(principal.getDirectRemoteIp(), v -> v.downstream().direct());
            case REMOTE_IP -> address(principal.getRemoteIp(), v -> v.downstream().remote());
            case HEADER -> header(principal.getHeader());
            case URL_PATH -> path(principal.getUrlPath());
            case METADATA -> MetadataCondition.dynamic(principal.getMetadata());
            case SOURCED_METADATA -> MetadataCondition.of(principal.getSourcedMetadata());
            case FILTER_STATE -> filterState(principal.getFilterState());
            case CUSTOM ->
                    throw new ConfigProblem(
                            "custom", "'" + principal.getCustom().getName() + "' is not supported");
            case IDENTIFIER_NOT_SET ->
                    throw new ConfigProblem("principals", "a principal has no identifier");
        };
    }

    private static List<Condition> principals(List<Principal> messages) throws ConfigProblem {
        var parts = new ArrayList<Condition>();
        for (var message : messages) {
            parts.add(principal(message));
        }
        return parts;
    }

    // ---- of both

    private static Condition always(boolean answer) {
        return _ -> answer;
    }

    private static Condition header(HeaderMatcher matcher) throws ConfigProblem {
        var match = HeaderMatch.of(matcher);
        return visit -> {
            var request = visit.request();
            return request == null ? match.missing() : match.test(request);
        };
    }

    private static Condition path(PathMatcher matcher) throws ConfigProblem {
        if (!matcher.hasPath()) {
            throw new ConfigProblem("url_path", "has no path");
        }
        return path(TextMatch.of(matcher.getPath()));
    }

    /// On the path without its query.
    private static Condition path(TextMatch match) {
        return visit -> {
            var request = visit.request();
            if (request == null) {
                return false;
            }
            var path = request.path();
            var end = path.indexOf('?');
            var fragment = path.indexOf('#');
            if (fragment >= 0 && (end < 0 || fragment < end)) {
                end = fragment;
            }
            return match.test(end < 0 ? path : path.substring(0, end));
        };
    }

    private static Condition template(
            io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig message) throws ConfigProblem {
        var config = ExtensionConfig.of(message.getName(), message.getTypedConfig());
        if (!config.type().equals(TEMPLATE)) {
            throw new ConfigProblem("uri_template", config.type() + " is not supported");
        }
        var template =
                PathTemplate.of(config.as(UriTemplateMatchConfig.parser()).getPathTemplate());
        return path(template::test);
    }

    private static Condition address(CidrRange range, Function<Visit, InetSocketAddress> of)
            throws ConfigProblem {
        try {
            var cidr =
                    Cidr.of(
                            InetAddress.ofLiteral(range.getAddressPrefix()),
                            range.getPrefixLen().getValue());
            return visit -> cidr.holds(of.apply(visit).getAddress());
        } catch (IllegalArgumentException e) {
            throw new ConfigProblem(
                    "address_prefix", "'" + range.getAddressPrefix() + "' is not an IP address");
        }
    }

    private static Condition filterState(FilterStateMatcher matcher) throws ConfigProblem {
        if (!matcher.hasStringMatch()) {
            throw new ConfigProblem("filter_state", matcher.getMatcherCase() + " is not supported");
        }
        var match = TextMatch.of(matcher.getStringMatch());
        var key = matcher.getKey();
        return visit -> {
            var text = FilterState.get(visit.slots(), key);
            return text != null && match.test(text);
        };
    }
}
