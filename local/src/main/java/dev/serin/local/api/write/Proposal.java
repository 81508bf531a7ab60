package dev.serin.local.api.write;

import dev.serin.config.Resource;

import tools.jackson.databind.node.ObjectNode;

/// What a writer wants a resource to be, given what it is: a body as sent, or a patch applied. May
/// be asked again when another writer came between, so it must only compute.
@FunctionalInterface
public interface Proposal {
    /// Answers a body of its own, not shared with `current`.
    ObjectNode from(Resource current);

    /// Whether its body already says who owns which field.
    default boolean notesOwners() {
        return false;
    }
}
