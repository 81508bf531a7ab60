package dev.serin.proxy.tls.verify;

import dev.serin.proxy.extension.ConfigProblem;

import io.envoyproxy.envoy.config.core.v3.DataSource;

/// Takes the octets out of a source of a configuration: a file, a variable, or itself.
@FunctionalInterface
public interface Octets {
    /// @throws ConfigProblem naming `field` if there are none
    byte[] of(String field, DataSource source) throws ConfigProblem;
}
