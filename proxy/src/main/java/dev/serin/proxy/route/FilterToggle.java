package dev.serin.proxy.route;

/// What a route says of a filter that it gives no configuration of its own. As Envoy's
/// FilterConfig.
public enum FilterToggle {
    /// The filter is left out of the stream's path.
    DISABLED,
    /// The filter is in the path although it is disabled by itself.
    ENABLED
}
