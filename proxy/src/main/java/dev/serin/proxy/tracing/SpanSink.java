package dev.serin.proxy.tracing;

/// Takes spans that have ended, to send them somewhere. Called on event loops, so it must neither
/// block nor throw.
@FunctionalInterface
public interface SpanSink {
    /// Lets them be: a trace still goes on through this proxy.
    SpanSink NOWHERE = _ -> {};

    void ended(Span span);

    /// Makes the sink for a provider.
    @FunctionalInterface
    interface Maker {
        /// @param type of the provider's configuration, as `envoy.config.trace.v3.ZipkinConfig`
        SpanSink of(String type, com.google.protobuf.Message config);
    }
}
