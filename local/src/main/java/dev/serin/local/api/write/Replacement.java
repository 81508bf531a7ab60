package dev.serin.local.api.write;

import dev.serin.config.Resource;

import tools.jackson.databind.node.ObjectNode;

import java.util.function.Consumer;

/// A whole body as the writer sent it. A resourceVersion in it is the writer's own word, so a stale
/// one is not tried again.
///
/// @param check refuses by throwing when the body can't replace what is there
public record Replacement(ObjectNode body, Consumer<Resource> check) implements Proposal {
    public Replacement(ObjectNode body) {
        this(body, _ -> {});
    }

    @Override
    public ObjectNode from(Resource current) {
        check.accept(current);
        return body.deepCopy();
    }
}
