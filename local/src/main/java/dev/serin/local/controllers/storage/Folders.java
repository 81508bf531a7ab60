package dev.serin.local.controllers.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;

/// Removes the folder of a volume.
public final class Folders {
    private Folders() {}

    /// All of it that may be removed; what may not is left. Links are removed, not followed.
    public static void remove(Path folder) {
        try (var files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> {
                        try {
                            Files.deleteIfExists(file);
                        } catch (IOException _) {
                            // Another user's file stays, and so do the folders above it.
                        }
                    });
        } catch (IOException _) {
            // It was never made.
        }
    }
}
