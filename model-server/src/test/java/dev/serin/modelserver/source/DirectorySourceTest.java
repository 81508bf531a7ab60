package dev.serin.modelserver.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.base.Problem;
import dev.serin.modelserver.servable.AspiredVersions;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

class DirectorySourceTest {
    @TempDir private Path base;

    private final List<AspiredVersions> aspired = new ArrayList<>();
    private final List<Problem> warnings = new ArrayList<>();
    private final DirectorySource source = new DirectorySource(aspired::add, warnings::add);

    private void serve(Path folder, VersionSelection selection) {
        source.models(List.of(new ModelConfig("m", folder, selection, Map.of())));
    }

    private void version(String name) throws IOException {
        Files.createDirectories(base.resolve(name));
        Files.writeString(base.resolve(name).resolve("saved_model.pb"), name);
    }

    private Set<Long> last() {
        return aspired.getLast().versions().keySet();
    }

    @Test
    void numberedFoldersAreVersionsAndTheNewestIsServed() throws Exception {
        version("1");
        version("00000010");
        version("9");
        version("notes");
        Files.writeString(base.resolve("11"), "a file");
        serve(base, new VersionSelection.Latest(1));
        source.poll();
        assertEquals(Set.of(10L), last());
        serve(base, new VersionSelection.All());
        source.poll();
        assertEquals(Set.of(1L, 9L, 10L), last());
        serve(base, new VersionSelection.Specific(Set.of(9L, 12L)));
        source.poll();
        assertEquals(Set.of(9L), last());
        assertEquals(List.of(), warnings);
    }

    @Test
    void onlyChangesAreTold() throws Exception {
        version("1");
        serve(base, new VersionSelection.Latest(1));
        source.poll();
        source.poll();
        assertEquals(1, aspired.size());
        var before = aspired.getLast().versions().get(1L);
        Files.writeString(base.resolve("1/saved_model.pb"), "longer than before");
        source.poll();
        assertEquals(1, aspired.size(), "it may not be whole yet");
        source.poll();
        assertEquals(2, aspired.size());
        assertNotEquals(before, aspired.getLast().versions().get(1L));
    }

    @Test
    void aVersionThatIsBeingCopiedIsNotServedYet() throws Exception {
        version("1");
        serve(base, new VersionSelection.Latest(1));
        source.poll();
        version("2");
        source.poll();
        Files.writeString(base.resolve("2/variables"), "more of it");
        source.poll();
        assertEquals(Set.of(1L), last());
        source.poll();
        assertEquals(Set.of(2L), last());
    }

    @Test
    void aMissingBasePathIsNamedWithTheCureAndNotTwice() throws Exception {
        var missing = base.resolve("nowhere");
        serve(missing, new VersionSelection.Latest(1));
        source.poll();
        source.poll();
        assertEquals(1, warnings.size());
        assertTrue(warnings.getFirst().text().contains(missing.toString()));
        assertTrue(warnings.getFirst().text().contains("--model_base_path"));
        Files.createDirectories(missing.resolve("3"));
        source.poll();
        source.poll();
        assertEquals(Set.of(3L), last());
        Files.delete(missing.resolve("3"));
        Files.delete(missing);
        source.poll();
        assertEquals(Set.of(), last(), "what vanished is served no longer");
        assertEquals(2, warnings.size());
    }

    @Test
    void aVersionFolderGivenAsBasePathIsExplained() throws Exception {
        Files.writeString(base.resolve("saved_model.pb"), "");
        serve(base, new VersionSelection.Latest(1));
        source.poll();
        assertTrue(
                warnings.getFirst().text().contains("move the model's files"),
                warnings.getFirst().text());
    }

    @Test
    void aModelThatIsNoLongerConfiguredHasNoVersions() throws Exception {
        version("1");
        serve(base, new VersionSelection.Latest(1));
        source.poll();
        source.models(List.of());
        assertEquals(Set.of(), last());
    }
}
