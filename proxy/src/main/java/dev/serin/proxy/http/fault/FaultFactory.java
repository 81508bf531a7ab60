package dev.serin.proxy.http.fault;

import dev.serin.base.chance.Draw;
import dev.serin.base.chance.Draws;
import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.extension.ExtensionConfig;
import dev.serin.proxy.http.filter.HttpFilter;
import dev.serin.proxy.http.filter.HttpFilterFactory;

import io.envoyproxy.envoy.extensions.filters.http.fault.v3.HTTPFault;

import java.util.List;
import java.util.function.Supplier;

/// Compiles Envoy's HTTPFault.
public final class FaultFactory implements HttpFilterFactory {
    private final Draw delayDraw;
    private final Draw abortDraw;

    /// @param draws for the draws `fault-delay` and `fault-abort`
    public FaultFactory(Draws draws) {
        this.delayDraw = draws.named("fault-delay");
        this.abortDraw = draws.named("fault-abort");
    }

    @Override
    public List<String> types() {
        return List.of("envoy.extensions.filters.http.fault.v3.HTTPFault");
    }

    @Override
    public Supplier<HttpFilter> compile(ExtensionConfig config) throws ConfigProblem {
        var fault = Fault.of(config.as(HTTPFault.parser()));
        var name = config.name();
        return () -> new FaultFilter(name, fault, delayDraw, abortDraw);
    }

    @Override
    public Object compilePerRoute(ExtensionConfig config) throws ConfigProblem {
        return Fault.of(config.as(HTTPFault.parser()));
    }
}
