package dev.serin.config.source;

import dev.serin.config.Resource;
import dev.serin.config.ResourceKey;

import java.util.List;

class FixedSourceTest extends ConfigSourceContract {
    private final FixedSource source = new FixedSource(Runnable::run, List.of());

    @Override
    ConfigSource source() {
        return source;
    }

    @Override
    void put(Resource resource) {
        source.put(resource);
    }

    @Override
    void remove(ResourceKey key) {
        source.remove(key);
    }

    @Override
    void settle() {}
}
