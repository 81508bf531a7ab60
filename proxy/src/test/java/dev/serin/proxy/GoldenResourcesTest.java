package dev.serin.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Any;

import dev.serin.proxy.fields.FieldLists;
import dev.serin.proxy.fields.KnownTypes;
import dev.serin.proxy.fields.UnreadFields;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// What the control plane is known to generate, by its own golden files, against what this proxy
/// reads.
class GoldenResourcesTest {
    private static final Path GOLDEN = Path.of("../control-plane/src/test/resources/golden");
    private final UnreadFields unread = new UnreadFields(FieldLists.own(), KnownTypes::find);

    static List<String> cases() throws IOException {
        try (var files = Files.list(GOLDEN)) {
            return files.map(f -> f.getFileName().toString())
                    .filter(n -> n.endsWith(".in.yaml"))
                    .map(n -> n.substring(0, n.length() - ".in.yaml".length()))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void everythingIsReadWhole(String name) throws IOException {
        assertEquals(Set.of(), unread(name));
    }

    private Set<String> unread(String name) throws IOException {
        var found = new TreeSet<String>();
        for (var kind : List.of("clusters", "endpoints", "listeners", "routes")) {
            var resources = Yaml.all(Files.readString(GOLDEN.resolve(name + "." + kind + ".yaml")));
            assertTrue(!resources.isEmpty() || kind.equals("routes"), name + "." + kind);
            for (Any resource : resources) {
                var url = resource.getTypeUrl();
                var type = KnownTypes.registry().find(url.substring(url.lastIndexOf('/') + 1));
                unread.in(type, resource.getValue()).forEach(u -> found.add(shape(u.field())));
            }
        }
        return found;
    }

    /// A path without the names and numbers in it.
    private static String shape(String path) {
        return path.replaceAll("\\[[^]]*]", "");
    }
}
