package dev.serin.proxy.http;

import org.jspecify.annotations.Nullable;

/// The statuses of gRPC, by their numbers.
public final class GrpcStatus {
    /// What is not known, or not a number.
    public static final long UNKNOWN = 2;

    private GrpcStatus() {}

    /// What a response told, in its trailers or its head, else what its HTTP status means.
    public static long of(@Nullable ResponseHead response, @Nullable Headers trailers) {
        var told = trailers == null ? null : trailers.get("grpc-status");
        if (told == null && response != null) {
            told = response.headers().get("grpc-status");
        }
        if (told == null) {
            return response == null ? UNKNOWN : ofHttp(response.status());
        }
        try {
            return Long.parseLong(told);
        } catch (NumberFormatException e) {
            return UNKNOWN;
        }
    }

    /// As gRPC's "HTTP to gRPC Status Code Mapping".
    public static int ofHttp(int status) {
        return switch (status) {
            case 400 -> 13;
            case 401 -> 16;
            case 403 -> 7;
            case 404 -> 12;
            case 429, 502, 503, 504 -> 14;
            default -> 2;
        };
    }
}
