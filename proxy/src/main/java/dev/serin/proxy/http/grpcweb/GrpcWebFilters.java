package dev.serin.proxy.http.grpcweb;

import dev.serin.proxy.extension.ExtensionConfig;
import dev.serin.proxy.http.filter.HttpFilter;
import dev.serin.proxy.http.filter.HttpFilterFactory;

import java.util.List;
import java.util.function.Supplier;

/// Compiles Envoy's GrpcWeb, which has nothing to say.
public final class GrpcWebFilters implements HttpFilterFactory {
    @Override
    public List<String> types() {
        return List.of("envoy.extensions.filters.http.grpc_web.v3.GrpcWeb");
    }

    @Override
    public Supplier<HttpFilter> compile(ExtensionConfig config) {
        return GrpcWebFilter::new;
    }
}
