package dev.serin.proxy.route.rewrite;

import com.google.protobuf.InvalidProtocolBufferException;

import dev.serin.proxy.extension.ConfigProblem;

import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;
import io.envoyproxy.envoy.config.route.v3.RedirectAction;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.extensions.path.rewrite.uri_template.v3.UriTemplateRewriteConfig;

import org.jspecify.annotations.Nullable;

import java.util.Locale;

/// Compiles how a route changes path and authority.
public final class RewriteCompiler {
    private RewriteCompiler() {}

    /// @param match of the same route; null if it matches by something else
    public static PathRewrite path(RouteAction action, @Nullable PathTemplate match)
            throws ConfigProblem {
        var prefix = !action.getPrefixRewrite().isEmpty();
        var regex = action.hasRegexRewrite();
        if ((prefix ? 1 : 0) + (regex ? 1 : 0) + (action.hasPathRewritePolicy() ? 1 : 0) > 1) {
            throw new ConfigProblem(
                    "route.prefix_rewrite",
                    "only one of prefix_rewrite, regex_rewrite and path_rewrite_policy may be set");
        }
        if (action.hasPathRewritePolicy()) {
            return template(action.getPathRewritePolicy(), match);
        }
        if (regex) {
            return new PathRewrite.Regex(Substitution.of(action.getRegexRewrite()));
        }
        return prefix ? new PathRewrite.Prefix(action.getPrefixRewrite()) : new PathRewrite.None();
    }

    public static PathRewrite path(RedirectAction action) throws ConfigProblem {
        if (action.hasRegexRewrite()) {
            return new PathRewrite.Regex(Substitution.of(action.getRegexRewrite()));
        }
        return action.getPrefixRewrite().isEmpty()
                ? new PathRewrite.None()
                : new PathRewrite.Prefix(action.getPrefixRewrite());
    }

    private static PathRewrite template(TypedExtensionConfig policy, @Nullable PathTemplate match)
            throws ConfigProblem {
        var type = policy.getTypedConfig().getTypeUrl();
        if (!type.endsWith("/" + UriTemplateRewriteConfig.getDescriptor().getFullName())) {
            throw new ConfigProblem("route.path_rewrite_policy", "'" + type + "' is not supported");
        }
        if (match == null) {
            throw new ConfigProblem(
                    "route.path_rewrite_policy", "needs a path_match_policy with a template");
        }
        try {
            var config = UriTemplateRewriteConfig.parseFrom(policy.getTypedConfig().getValue());
            return new PathRewrite.Template(match.target(config.getPathTemplateRewrite()));
        } catch (InvalidProtocolBufferException e) {
            throw new ConfigProblem(
                    "route.path_rewrite_policy", "does not parse: " + e.getMessage());
        }
    }

    public static HostRewrite host(RouteAction action) throws ConfigProblem {
        var source =
                switch (action.getHostRewriteSpecifierCase()) {
                    case HOST_REWRITE_LITERAL ->
                            new HostRewrite.Literal(action.getHostRewriteLiteral());
                    case HOST_REWRITE_HEADER ->
                            new HostRewrite.FromHeader(
                                    action.getHostRewriteHeader().toLowerCase(Locale.ROOT));
                    case HOST_REWRITE_PATH_REGEX ->
                            new HostRewrite.FromPath(
                                    Substitution.of(action.getHostRewritePathRegex()));
                    case AUTO_HOST_REWRITE ->
                            action.getAutoHostRewrite().getValue()
                                    ? new HostRewrite.OfEndpoint()
                                    : new HostRewrite.Keep();
                    case HOSTREWRITESPECIFIER_NOT_SET -> new HostRewrite.Keep();
                };
        return new HostRewrite(source, action.getAppendXForwardedHost());
    }
}
