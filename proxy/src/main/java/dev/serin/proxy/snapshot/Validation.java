package dev.serin.proxy.snapshot;

import dev.serin.base.chance.Draws;
import dev.serin.proxy.extension.Extensions;

import java.util.List;

/// Says what is wrong with resources, and makes nothing of them live. One thread at a time.
public final class Validation {
    private final Resources resources;

    public Validation(Extensions extensions, Draws draws) {
        this.resources = new Resources(extensions, draws);
    }

    /// Those that are not good in the first update that has such; none if all is good.
    public List<Rejected> of(List<ConfigUpdate> updates) {
        for (var update : updates) {
            var rejected = resources.update(update);
            if (!rejected.isEmpty()) {
                return rejected; // what comes later refers to these
            }
        }
        return List.of();
    }
}
