package dev.serin.local.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.config.Resource;
import dev.serin.config.ResourceKey;
import dev.serin.config.ResourceKind;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import tools.jackson.databind.json.JsonMapper;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// An acknowledged write is there after kill -9, whenever that comes.
class StoreCrashTest {
    private static final ResourceKind MAPS =
            new ResourceKind("", "v1", "ConfigMap", "configmaps", true);
    private static final int WRITERS = 4;

    @TempDir Path folder;

    @Test
    @Timeout(60)
    void everyAcknowledgedWriteSurvivesAKill() throws Exception {
        var file = folder.resolve("resources.db");
        var acknowledged = new ArrayList<String>();
        for (int round = 1; round <= 3; round++) {
            acknowledged.addAll(writeAndKill(file, round, 150 * round));
            try (var store = new Store(file, 10, 10)) {
                for (var line : acknowledged) {
                    var name = line.substring(0, line.indexOf(' '));
                    var found = store.get(key(name));
                    assertTrue(found != null, "acknowledged and lost: " + line);
                    assertEquals(line, name + " " + found.resourceVersion());
                }
                var newest = Long.parseLong(acknowledged.getLast().split(" ")[1]);
                assertTrue(store.revision() >= newest, "the sequence went back");
            }
        }
    }

    /// Answers what the child said it had written, until it was killed.
    private static List<String> writeAndKill(Path file, int round, int enough) throws IOException {
        var child =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:+UseSerialGC",
                                "-XX:TieredStopAtLevel=1",
                                "-cp",
                                System.getProperty("java.class.path"),
                                StoreCrashTest.class.getName(),
                                file.toString(),
                                Integer.toString(round))
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        var lines = new ArrayList<String>();
        try (BufferedReader out = child.inputReader()) {
            for (var line = out.readLine(); line != null; line = out.readLine()) {
                lines.add(line);
                if (lines.size() == enough) {
                    // SIGKILL; what it has said by then is still in the pipe.
                    child.toHandle().destroyForcibly();
                }
            }
        }
        assertTrue(lines.size() >= enough, "the child ended by itself");
        // The last line may be cut.
        lines.removeIf(line -> !line.endsWith("."));
        return lines.stream().map(line -> line.substring(0, line.length() - 1)).toList();
    }

    /// The child: writes for ever, telling each acknowledged write.
    public static void main(String[] arguments) {
        var store = new Store(Path.of(arguments[0]), 10, 10);
        for (int writer = 0; writer < WRITERS; writer++) {
            var prefix = "r" + arguments[1] + "-" + writer + "-";
            Thread.ofPlatform()
                    .start(() -> {
                        for (int i = 0; ; i++) {
                            write(store, prefix + i);
                        }
                    });
        }
    }

    private static void write(Store store, String name) {
        var written =
                store.write(
                        key(name),
                        _ -> {
                            var body = JsonMapper.shared().createObjectNode();
                            body.put("apiVersion", "v1").put("kind", "ConfigMap");
                            body.putObject("metadata").put("name", name).put("namespace", "n");
                            body.putObject("data").put("text", "x".repeat(500));
                            return new Resource(MAPS, body);
                        });
        var line = name + " " + Objects.requireNonNull(written).resourceVersion() + ".";
        synchronized (System.out) {
            System.out.println(line);
        }
    }

    private static ResourceKey key(String name) {
        return new ResourceKey("configmaps", "n", name);
    }
}
