package dev.serin.proxy.http.rbac;

import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.extension.ExtensionConfig;
import dev.serin.proxy.http.RequestHead;
import dev.serin.proxy.http.filter.HttpFilter;
import dev.serin.proxy.http.filter.HttpFilterFactory;
import dev.serin.proxy.http.filter.LocalReply;
import dev.serin.proxy.http.filter.StreamContext;
import dev.serin.proxy.rbac.Enforcement;
import dev.serin.proxy.rbac.Visit;

import io.envoyproxy.envoy.extensions.filters.http.rbac.v3.RBAC;
import io.envoyproxy.envoy.extensions.filters.http.rbac.v3.RBACPerRoute;

import java.util.List;
import java.util.function.Supplier;

/// Compiles Envoy's RBAC for HTTP requests. A route's own rules stand in place of the listener's.
public final class RbacFilters implements HttpFilterFactory {
    private static final String RULES = "envoy.extensions.filters.http.rbac.v3.RBAC";

    @Override
    public List<String> types() {
        return List.of(RULES, "envoy.extensions.filters.http.rbac.v3.RBACPerRoute");
    }

    @Override
    public Supplier<HttpFilter> compile(ExtensionConfig config) throws ConfigProblem {
        if (!config.type().equals(RULES)) {
            throw new ConfigProblem("typed_config", config.type() + " belongs on a route");
        }
        var filter = new Enforcing(config.name(), enforcement(config.as(RBAC.parser())));
        return () -> filter;
    }

    @Override
    public Object compilePerRoute(ExtensionConfig config) throws ConfigProblem {
        return enforcement(config.as(RBACPerRoute.parser()).getRbac());
    }

    private static Enforcement enforcement(RBAC config) throws ConfigProblem {
        return Enforcement.of(
                "envoy.filters.http.rbac",
                new Enforcement.Source(
                        config.hasRules() ? config.getRules() : null,
                        config.hasMatcher() ? config.getMatcher() : null,
                        config.hasShadowRules() ? config.getShadowRules() : null,
                        config.hasShadowMatcher() ? config.getShadowMatcher() : null,
                        true),
                config.getRulesStatPrefix(),
                config.getShadowRulesStatPrefix(),
                config.getTrackPerRuleStats());
    }

    /// Has no state of its own.
    private record Enforcing(String name, Enforcement usual) implements HttpFilter {
        @Override
        public Next request(StreamContext stream, RequestHead head, boolean end) {
            var rules = stream.perRoute(name) instanceof Enforcement own ? own : usual;
            var detail =
                    rules.refusal(
                            new Visit(
                                    stream.downstream(),
                                    head,
                                    stream.slots(),
                                    stream.routeMetadata()),
                            counted -> stream.count("rbac." + counted));
            if (detail == null) {
                return Next.CONTINUE;
            }
            stream.reply(new LocalReply(403, 0, detail, "RBAC: access denied"));
            return Next.PAUSE;
        }
    }
}
