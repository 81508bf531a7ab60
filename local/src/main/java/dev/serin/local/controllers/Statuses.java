package dev.serin.local.controllers;

import dev.serin.config.Resource;
import dev.serin.local.api.ResourceClient;

import tools.jackson.databind.node.ObjectNode;

/// Writes a status only when it says something new: a controller that is woken by its own write
/// would never rest.
public final class Statuses {
    private Statuses() {}

    /// @param body a copy of `was` with its new status
    public static void write(ResourceClient client, Resource was, ObjectNode body) {
        // By its text: the same number read from the store and made here may differ in width.
        if (!Canonical.text(body.path("status")).equals(Canonical.text(was.status()))) {
            client.updateStatus(new Resource(was.kind(), body));
        }
    }
}
