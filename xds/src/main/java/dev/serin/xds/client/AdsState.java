package dev.serin.xds.client;

import dev.serin.xds.ResourceType;

import org.jspecify.annotations.Nullable;

import java.util.Map;

/// How the client stands, for admin pages. Immutable.
///
/// @param connected whether the server has answered on the present stream
/// @param server who it connects to
/// @param attempts streams opened so far
/// @param failure why the last stream ended, null if none did
/// @param types what was asked for
public record AdsState(
        boolean connected,
        String server,
        int attempts,
        @Nullable String failure,
        Map<ResourceType, OfType> types) {

    /// One type's part.
    ///
    /// @param wanted names asked for; 0 with a wildcard
    /// @param held resources that are applied
    /// @param version the server's word for its last response
    /// @param nonce of the last response on the present stream, empty before the first
    /// @param updates responses so far
    /// @param rejected NACKs so far
    /// @param lastRejection the text of the last NACK, null before the first
    public record OfType(
            int wanted,
            int held,
            String version,
            String nonce,
            long updates,
            long rejected,
            @Nullable String lastRejection) {}
}
