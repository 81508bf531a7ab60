package dev.serin.proxy.http.filter;

import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.extension.ExtensionConfig;

import java.util.List;
import java.util.function.Supplier;

/// Compiles one filter's configuration. One instance serves every listener.
public interface HttpFilterFactory {
    /// The types of configuration that it reads, as
    /// `envoy.extensions.filters.http.fault.v3.HTTPFault`; for a TypedStruct the type that it
    /// stands for.
    List<String> types();

    /// Compiles the configuration into what makes a filter for each stream. A filter without state
    /// of its own may be one instance for all streams.
    ///
    /// @throws ConfigProblem naming the field that it cannot do
    Supplier<HttpFilter> compile(ExtensionConfig config) throws ConfigProblem;

    /// Compiles an entry of `typed_per_filter_config`, which the filter gets from
    /// [StreamContext#perRoute].
    default Object compilePerRoute(ExtensionConfig config) throws ConfigProblem {
        throw new ConfigProblem("typed_per_filter_config", "not supported by " + config.name());
    }
}
