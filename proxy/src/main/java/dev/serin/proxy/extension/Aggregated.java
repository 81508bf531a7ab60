package dev.serin.proxy.extension;

import io.envoyproxy.envoy.config.core.v3.ConfigSource;

/// Where a resource that is named comes from: the proxy's own discovery stream, and nowhere else.
public final class Aggregated {
    private Aggregated() {}

    /// @throws ConfigProblem if the source is another
    public static void check(String field, ConfigSource source) throws ConfigProblem {
        switch (source.getConfigSourceSpecifierCase()) {
            case ADS, SELF, CONFIGSOURCESPECIFIER_NOT_SET -> {}
            default ->
                    throw new ConfigProblem(
                            field,
                            source.getConfigSourceSpecifierCase()
                                    + " is not supported; write {ads: {}}");
        }
    }
}
