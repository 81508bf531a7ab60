package dev.serin.config.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.base.Problem;
import dev.serin.config.Manifests;
import dev.serin.config.Resource;
import dev.serin.config.ResourceKey;
import dev.serin.testkit.FakeTime;
import dev.serin.testkit.NothingLeft;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

@ExtendWith(NothingLeft.class)
class FileSourceTest extends ConfigSourceContract {
    @TempDir Path folder;
    private final FakeTime time = new FakeTime();
    private final List<List<Problem>> told = new ArrayList<>();
    private @Nullable FileSource source;

    @Override
    ConfigSource source() {
        if (source == null) {
            source =
                    new FileSource(
                            folder,
                            Manifests.SCHEMAS,
                            Runnable::run,
                            time,
                            Duration.ofSeconds(1),
                            told::add);
        }
        return source;
    }

    @AfterEach
    void close() {
        if (source != null) {
            source.close();
        }
        assertEquals(0, time.waiting());
    }

    private void write(String name, String text) {
        try {
            Files.writeString(folder.resolve(name), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    void put(Resource resource) {
        // A body's JSON is YAML.
        write(resource.name() + ".yaml", resource.body().toString());
    }

    @Override
    void remove(ResourceKey key) {
        try {
            Files.deleteIfExists(folder.resolve(key.name() + ".yaml"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    void settle() {
        time.advance(Duration.ofSeconds(1));
    }

    @Test
    void aBadFileKeepsWhatItSaidLast() {
        put(configMap("a", "one"));
        put(configMap("b", "one"));
        var notes = new Notes();
        source().watch(Set.of(CONFIG_MAP), notes);
        notes.take();

        write(
                "a.yaml",
"""
apiVersion: v1
kind: ConfigMap
metadata: {name: a}
data: {k: 1}
""");
        put(configMap("b", "two"));
        settle();
        assertEquals(List.of("b=two"), notes.take());
        assertEquals(1, told.size());
        assertTrue(
                told.getFirst().getFirst().text().contains("a.yaml:4: data.k: found 1 (a number)"),
                told.toString());

        settle();
        assertEquals(1, told.size());

        put(configMap("a", "two"));
        settle();
        assertEquals(List.of("a=two"), notes.take());
        assertEquals(List.of(), told.getLast());
    }

    @Test
    void aTabIsToldAndANewBadFileSaysNothing() {
        write("a.yaml", "a:\n\tb: 1\n");
        var notes = new Notes();
        source().watch(Set.of(CONFIG_MAP), notes);

        assertEquals(List.of("synced"), notes.take());
        assertTrue(told.getFirst().getFirst().text().contains("a.yaml:2:1: a tab"));
    }

    @Test
    void ofAResourceInTwoFilesTheFirstHolds() {
        put(configMap("a", "one"));
        write("z.yaml", configMap("a", "other").body().toString());
        var notes = new Notes();
        source().watch(Set.of(CONFIG_MAP), notes);

        assertEquals(List.of("a=one", "synced"), notes.take());
        assertTrue(told.getFirst().getFirst().text().contains("is also in"));
    }

    @Test
    void aFolderThatCannotBeReadChangesNothing() throws IOException {
        put(configMap("a", "one"));
        var notes = new Notes();
        source().watch(Set.of(CONFIG_MAP), notes);
        notes.take();

        remove(configMap("a", "one").key());
        Files.delete(folder);
        settle();
        assertEquals(List.of(), notes.take());
        assertTrue(told.getLast().getFirst().text().contains("cannot be read"));
        Files.createDirectory(folder);
    }
}
