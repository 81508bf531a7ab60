package dev.serin.conformance.kubernetes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The real definitions of the Gateway API, with their rules in CEL: they install, every example of
/// that project is taken, and every wrong example is refused with the words of a real
/// kube-apiserver. The project's folder is fetched by `.ci/kubernetes`.
@Tag("kubernetes")
class GatewayApiTest {
    private static final Path PROJECT = Path.of(System.getProperty("serin.gateway-api", ""));

    @Test
    void theDefinitionsInstallAndAskTheSame(@TempDir Path folder) throws Exception {
        try (var real = RealKubernetes.built(folder.resolve("real"));
                var local = new LocalKubernetes(folder.resolve("local"))) {
            var expected = new Kubectl(folder.resolve("home-real"), real);
            var found = new Kubectl(folder.resolve("home-local"), local);
            for (var kubectl : List.of(expected, found)) {
                // As their guide says: they are too large for the client's own annotation.
                for (var definition : files("config/crd/standard")) {
                    if (definition.toString().contains("k8s.io_vap_")) {
                        continue;
                    }
                    var made =
                            kubectl.run(
                                    folder, "apply", "--server-side", "-f", definition.toString());
                    assertEquals(0, made.exit(), made::err);
                }
                var waited =
                        kubectl.run(
                                folder,
                                "wait",
                                "--for=condition=Established",
                                "crd",
                                "--all",
                                "--timeout=30s");
                assertEquals(0, waited.exit(), waited::err);
            }
            var examples = new ArrayList<>(files("hack/invalid-examples/standard"));
            var wrong = examples.size();
            examples.addAll(files("examples/standard"));
            assertTrue(wrong > 20 && examples.size() > 60, () -> examples.size() + " examples");
            var differences = new ArrayList<String>();
            for (var example : examples) {
                var command =
                        new Comparison(
                                List.of(
                                        "create",
                                        "--dry-run=server",
                                        "--validate=strict",
                                        "-f",
                                        example.toString()),
                                false,
                                "");
                command.difference(
                                answer(expected, folder, command), answer(found, folder, command))
                        .ifPresent(differences::add);
            }
            assertEquals("", String.join("\n", differences));
        }
    }

    /// One line an error: the real one goes through a map's entries in no order.
    private static Kubectl.Outcome answer(Kubectl kubectl, Path folder, Comparison command) {
        var outcome = kubectl.run(folder, command.arguments().toArray(String[]::new)).normal();
        return new Kubectl.Outcome(
                outcome.exit(), sorted(outcome.out()), sorted(outcome.err().replace(", ", "\n")));
    }

    private static String sorted(String text) {
        return String.join(
                "\n", Arrays.stream(text.replaceAll("[\\[\\]]", "").split("\n")).sorted().toList());
    }

    private static List<Path> files(String folder) throws IOException {
        try (var all = Files.walk(PROJECT.resolve(folder))) {
            return all.filter(f ->
                            f.toString().endsWith(".yaml")
                                    && !f.getFileName().toString().startsWith("kustom")
                                    && !f.toString().contains("/bases/"))
                    .sorted()
                    .toList();
        }
    }
}
