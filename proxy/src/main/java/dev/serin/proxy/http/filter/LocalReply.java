package dev.serin.proxy.http.filter;

import dev.serin.proxy.http.Headers;

import org.jspecify.annotations.Nullable;

/// A response that the proxy makes itself.
///
/// @param flags bits of [dev.serin.proxy.stream.ResponseFlag]
/// @param details as `%RESPONSE_CODE_DETAILS%`
/// @param body plain text; may be empty
/// @param headers further headers, or null
/// @param grpcStatus what a gRPC client is told; -1 for what `status` means to it
public record LocalReply(
        int status,
        long flags,
        String details,
        String body,
        @Nullable Headers headers,
        int grpcStatus) {
    public LocalReply(int status, long flags, String details, String body) {
        this(status, flags, details, body, null, -1);
    }

    public LocalReply(
            int status, long flags, String details, String body, @Nullable Headers headers) {
        this(status, flags, details, body, headers, -1);
    }
}
