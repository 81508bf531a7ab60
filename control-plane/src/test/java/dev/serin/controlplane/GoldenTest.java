package dev.serin.controlplane;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.serin.config.Resource;
import dev.serin.controlplane.admin.ConfigText;
import dev.serin.controlplane.mesh.MeshSnapshot;
import dev.serin.xds.ResourceType;

import io.envoyproxy.envoy.config.core.v3.Node;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;

import tools.jackson.databind.ObjectMapper;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// `case.in.yaml` (resources, and the proxies that ask, as `kind: Proxy`) gives
/// `case.{listeners,routes,clusters,endpoints}.yaml`. With `-Dgolden=write` the files are written
/// instead of compared: then read the difference before you commit it.
public final class GoldenTest {
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
        var golden = Case.read(name);
        var mesh = Views.mesh(golden.resources());
        var out = new LinkedHashMap<ResourceType, StringBuilder>();
        FILES.keySet().forEach(type -> out.put(type, new StringBuilder()));
        golden.nodes().forEach(node -> print(mesh, node, out));
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

    private void print(MeshSnapshot mesh, Node node, Map<ResourceType, StringBuilder> out) {
        var pod = node.getId().split("~")[2];
        Views.all(Views.of(mesh, node))
                .forEach((type, resources) -> {
                    var file = out.get(type);
                    for (var resource : resources) {
                        file.append("--- # ").append(pod, 0, pod.indexOf('.')).append('\n');
                        file.append(
                                yaml.dumpToString(json.readValue(text.json(resource), Map.class)));
                    }
                });
    }

    /// The resources of a case, and the proxies that ask.
    public record Case(List<Resource> resources, List<Node> nodes) {
        public static Case read(String name) {
            try {
                return of(Manifests.read(Files.readString(FOLDER.resolve(name + ".in.yaml"))));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        public static Case of(List<Resource> all) {
            return new Case(
                    all.stream().filter(r -> !isProxy(r)).toList(),
                    all.stream().filter(Case::isProxy).map(Case::node).toList());
        }

        MeshSnapshot.Settings settings() {
            return Views.settings(resources);
        }

        private static Node node(Resource proxy) {
            return Views.node(
                    proxy.spec().path("type").asString(),
                    proxy.spec().path("ip").asString(),
                    proxy.name() + "." + proxy.namespace(),
                    proxy.labels());
        }

        private static boolean isProxy(Resource resource) {
            return resource.kind().kind().equals("Proxy");
        }
    }
}
