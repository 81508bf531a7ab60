package dev.serin.proxy.http.cors;

import dev.serin.base.chance.Draw;
import dev.serin.base.chance.Draws;
import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.extension.ExtensionConfig;
import dev.serin.proxy.http.filter.HttpFilter;
import dev.serin.proxy.http.filter.HttpFilterFactory;

import java.util.List;
import java.util.function.Supplier;

/// Compiles Envoy's Cors, which does nothing by itself, and the CorsPolicy of routes.
public final class CorsFactory implements HttpFilterFactory {
    private static final String POLICY = "envoy.extensions.filters.http.cors.v3.CorsPolicy";

    private final Draw draw;

    /// @param draws for the draw `cors-enabled`
    public CorsFactory(Draws draws) {
        this.draw = draws.named("cors-enabled");
    }

    @Override
    public List<String> types() {
        return List.of("envoy.extensions.filters.http.cors.v3.Cors", POLICY);
    }

    @Override
    public Supplier<HttpFilter> compile(ExtensionConfig config) throws ConfigProblem {
        if (config.type().equals(POLICY)) {
            throw new ConfigProblem("typed_config", "a CorsPolicy belongs on a route");
        }
        return () -> new CorsFilter(config.name(), draw);
    }

    @Override
    public Object compilePerRoute(ExtensionConfig config) throws ConfigProblem {
        if (!config.type().equals(POLICY)) {
            throw new ConfigProblem("typed_config", config.type() + " is no policy");
        }
        return CorsPolicy.of(
                config.as(io.envoyproxy.envoy.extensions.filters.http.cors.v3.CorsPolicy.parser()));
    }
}
