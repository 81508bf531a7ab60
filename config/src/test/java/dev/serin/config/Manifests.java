package dev.serin.config;

import dev.serin.config.codec.Manifest;
import dev.serin.config.codec.ResourceReader;
import dev.serin.config.schema.Schemas;

import java.util.List;

/// Manifests written in tests.
public final class Manifests {
    public static final Schemas SCHEMAS = Schemas.load();

    private Manifests() {}

    public static List<Manifest> all(String yaml) {
        var read = new ResourceReader(SCHEMAS).read("test.yaml", yaml);
        if (!read.problems().isEmpty()) {
            throw new AssertionError(read.problems());
        }
        return read.manifests();
    }

    public static Manifest one(String yaml) {
        var all = all(yaml);
        if (all.size() != 1) {
            throw new AssertionError("documents: " + all.size());
        }
        return all.getFirst();
    }

    public static Resource resource(String yaml) {
        return one(yaml).resource();
    }
}
