package dev.serin.config.kubernetes;

import dev.serin.config.Metadata;
import dev.serin.config.Resource;
import dev.serin.config.codec.Cursor;

/// A namespace.
///
/// @param phase Active or Terminating
public record Namespace(Metadata metadata, String phase) {
    public static Namespace from(Resource resource) {
        return new Namespace(
                Metadata.from(resource),
                Cursor.of(resource).at("status").string("phase", "Active"));
    }
}
