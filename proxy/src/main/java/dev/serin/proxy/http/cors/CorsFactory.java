package dev.serin.proxy.http.cors;

import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.extension.ExtensionConfig;
import dev.serin.proxy.http.filter.HttpFilter;
import dev.serin.proxy.http.filter.HttpFilterFactory;

import java.util.List;
import java.util.function.Supplier;

/// Takes Envoy's cors filter, which does nothing without a policy on the route. A policy is
/// refused, so that nobody believes it to be in force.
public final class CorsFactory implements HttpFilterFactory {
    private static final HttpFilter NOTHING = new HttpFilter() {};

    @Override
    public List<String> types() {
        return List.of(
                "envoy.extensions.filters.http.cors.v3.Cors",
                "envoy.extensions.filters.http.cors.v3.CorsPolicy");
    }

    @Override
    public Supplier<HttpFilter> compile(ExtensionConfig config) {
        return () -> NOTHING;
    }

    @Override
    public Object compilePerRoute(ExtensionConfig config) throws ConfigProblem {
        throw new ConfigProblem("cors", "a CORS policy is not supported yet");
    }
}
