package dev.serin.proxy.format;

import io.grpc.Status;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/// gRPC's statuses, as logs show them.
final class GrpcStatuses {
    private static final String[] CAMEL = {
        "OK",
        "Canceled",
        "Unknown",
        "InvalidArgument",
        "DeadlineExceeded",
        "NotFound",
        "AlreadyExists",
        "PermissionDenied",
        "ResourceExhausted",
        "FailedPrecondition",
        "Aborted",
        "OutOfRange",
        "Unimplemented",
        "Internal",
        "Unavailable",
        "DataLoss",
        "Unauthenticated",
    };
    private static final String[] SNAKE =
            Arrays.stream(Status.Code.values()).map(Enum::name).toArray(String[]::new);

    private GrpcStatuses() {}

    /// The status of a gRPC stream; null if it is none, or has none.
    static @Nullable Object of(Entry entry) {
        var request = entry.request();
        var type = request == null ? null : request.headers().get("content-type");
        if (type == null || !type.startsWith("application/grpc")) {
            return null;
        }
        var trailers = entry.trailers();
        var status = trailers == null ? null : trailers.get("grpc-status");
        var response = entry.response();
        if (status == null && response != null) {
            status = response.headers().get("grpc-status");
        }
        try {
            return status == null ? null : Long.parseLong(status);
        } catch (NumberFormatException e) {
            return null;
        }
    }

    static @Nullable Object camel(@Nullable Object status) {
        return named(CAMEL, status);
    }

    static @Nullable Object snake(@Nullable Object status) {
        return named(SNAKE, status);
    }

    private static @Nullable Object named(String[] names, @Nullable Object status) {
        return status instanceof Long at && at >= 0 && at < names.length
                ? names[at.intValue()]
                : status;
    }
}
