package dev.serin.config.istio;

import dev.serin.config.codec.Cursor;

import org.jspecify.annotations.Nullable;

import java.time.Duration;

/// Failures that are made on purpose.
public record Fault(@Nullable Delay delay, @Nullable Abort abort) {
    /// @param percent of the requests, 0 to 100; 0 where nothing is written
    public record Delay(@Nullable Duration fixed, @Nullable Duration exponential, double percent) {
        static Delay from(Cursor delay) {
            return new Delay(
                    delay.duration("fixedDelay"),
                    delay.duration("exponentialDelay"),
                    Percent.of(delay, "percentage", "percent", 0));
        }
    }

    /// @param percent of the requests, 0 to 100; 0 where nothing is written
    public record Abort(AbortStatus status, double percent) {
        static Abort from(Cursor abort) {
            return new Abort(
                    AbortStatus.from(abort), Percent.of(abort, "percentage", "percent", 0));
        }
    }

    /// What an aborted request is answered with.
    public sealed interface AbortStatus {
        record Http(int code) implements AbortStatus {}

        /// A gRPC status by name, such as `UNAVAILABLE`.
        record Grpc(String name) implements AbortStatus {}

        record Http2(String error) implements AbortStatus {}

        private static AbortStatus from(Cursor abort) {
            if (abort.has("grpcStatus")) {
                return new Grpc(abort.string("grpcStatus"));
            }
            if (abort.has("http2Error")) {
                return new Http2(abort.string("http2Error"));
            }
            return new Http(abort.integer("httpStatus", 0));
        }
    }

    static Fault from(Cursor fault) {
        return new Fault(
                fault.optional("delay", Delay::from), fault.optional("abort", Abort::from));
    }
}
