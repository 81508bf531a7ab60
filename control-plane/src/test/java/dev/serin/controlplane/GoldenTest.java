package dev.serin.controlplane;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.serin.config.Resource;
import dev.serin.controlplane.admin.ConfigText;
import dev.serin.controlplane.mesh.MeshSnapshot;
import dev.serin.xds.ResourceType;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;

import tools.jackson.databind.ObjectMapper;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// `case.in.yaml` (resources, and the proxies that ask, as `kind: Proxy`) gives
/// `case.{listeners,routes,clusters,endpoints}.yaml`. With `-Dgolden=write` the files are written
/// instead of compared: then read the difference before you commit it.
final class GoldenTest {
    private static final Path FOLDER = Path.of("src/test/resources/golden");
    private static final Map<ResourceType, String> FILES =
            Map.of(
                    ResourceType.LISTENER, "listeners",
                    ResourceType.ROUTE, "routes",
                    ResourceType.CLUSTER, "clusters",
                    ResourceType.ENDPOINT, "endpoints");

    private final ObjectMapper json = new ObjectMapper();
    private final ConfigText text = new ConfigText();
    private final Dump yaml =
            new Dump(
                    DumpSettings.builder()
                            .setDefaultFlowStyle(FlowStyle.BLOCK)
                            .setWidth(140)
                            .build());

    static List<String> cases() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.map(f -> f.getFileName().toString())
                    .filter(n -> n.endsWith(".in.yaml"))
                    .map(n -> n.substring(0, n.length() - 8))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void generatesWhatItDidBefore(String name) throws IOException {
        var all = Manifests.read(Files.readString(FOLDER.resolve(name + ".in.yaml")));
        var mesh = Views.mesh(all.stream().filter(r -> !isProxy(r)).toList());
        var out = new LinkedHashMap<ResourceType, StringBuilder>();
        FILES.keySet().forEach(type -> out.put(type, new StringBuilder()));
        all.stream().filter(GoldenTest::isProxy).forEach(p -> print(mesh, p, out));
        for (var type : FILES.keySet()) {
            var file = FOLDER.resolve(name + "." + FILES.get(type) + ".yaml");
            var made = out.get(type).toString();
            if (System.getProperty("golden", "").equals("write")) {
                Files.writeString(file, made);
            }
            assertSame(file, Files.readAllLines(file), made.lines().toList());
        }
    }

    /// Fails with the first line that differs: the files are long.
    private static void assertSame(Path file, List<String> expected, List<String> made) {
        for (var i = 0; i < Math.max(expected.size(), made.size()); i++) {
            var where = file + ":" + (i + 1) + " (rewrite with -Dgolden=write)";
            assertEquals(
                    i < expected.size() ? expected.get(i) : "end",
                    i < made.size() ? made.get(i) : "end",
                    where);
        }
    }

    private void print(MeshSnapshot mesh, Resource proxy, Map<ResourceType, StringBuilder> out) {
        var spec = proxy.spec();
        var node =
                Views.node(
                        spec.path("type").asString(),
                        spec.path("ip").asString(),
                        proxy.name() + "." + proxy.namespace(),
                        proxy.labels());
        Views.all(Views.of(mesh, node))
                .forEach((type, resources) -> {
                    var file = out.get(type);
                    for (var resource : resources) {
                        file.append("--- # ").append(proxy.name()).append('\n');
                        file.append(
                                yaml.dumpToString(json.readValue(text.json(resource), Map.class)));
                    }
                });
    }

    private static boolean isProxy(Resource resource) {
        return resource.kind().kind().equals("Proxy");
    }
}
