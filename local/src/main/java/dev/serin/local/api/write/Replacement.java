package dev.serin.local.api.write;

import dev.serin.config.Resource;

import tools.jackson.databind.node.ObjectNode;

/// A whole body as the writer sent it. A resourceVersion in it is the writer's own word, so a stale
/// one is not tried again.
public record Replacement(ObjectNode body) implements Proposal {
    @Override
    public ObjectNode from(Resource current) {
        return body.deepCopy();
    }
}
