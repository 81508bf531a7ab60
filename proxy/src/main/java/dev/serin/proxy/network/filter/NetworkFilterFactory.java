package dev.serin.proxy.network.filter;

import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.extension.ExtensionConfig;

import java.util.List;

/// Compiles one filter of connections. One instance serves every listener and cluster.
public interface NetworkFilterFactory {
    /// The types of configuration that it reads; for a TypedStruct the type that it stands for.
    List<String> types();

    /// Whether it may stand on a cluster's connections too.
    default boolean upstream() {
        return false;
    }

    /// @throws ConfigProblem naming the field that it cannot do
    NetworkFilter compile(ExtensionConfig config) throws ConfigProblem;
}
