package dev.serin.local.api.write;

import dev.serin.config.Resource;
import dev.serin.config.ResourceKind;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.node.ObjectNode;

/// Has its say before a write is stored: changes the new body, or refuses by throwing
/// [dev.serin.local.api.Refusal]. Called on the writer's thread, may block.
public interface Admission {
    /// Answers the body to go on with, `review.body()` changed in place or another.
    ObjectNode mutate(Review review, Intent intent);

    void validate(Review review, Intent intent);

    /// A write under review.
    ///
    /// @param operation CREATE, UPDATE or DELETE
    /// @param body the new state; the old one for a deletion
    /// @param old null for a creation
    record Review(
            String operation,
            ResourceKind kind,
            String namespace,
            String name,
            String subresource,
            ObjectNode body,
            @Nullable Resource old) {
        public Review with(ObjectNode changed) {
            return new Review(operation, kind, namespace, name, subresource, changed, old);
        }
    }

    /// Lets everything pass.
    Admission NONE =
            new Admission() {
                @Override
                public ObjectNode mutate(Review review, Intent intent) {
                    return review.body();
                }

                @Override
                public void validate(Review review, Intent intent) {}
            };
}
