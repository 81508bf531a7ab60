package dev.serin.conformance.kubernetes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/// Each line of commands.txt and of the lists beside it, by the real kubectl, on a real
/// kube-apiserver and on the local API: exit code, output and errors must be the same.
@Tag("kubernetes")
class KubectlComparisonTest {
    private static final Path FILES =
            Path.of(System.getProperty("serin.root"), "conformance/src/test/resources/kubectl");

    @ParameterizedTest
    @ValueSource(
            strings = {"commands", "custom", "rules", "access", "machinery", "workloads", "more"})
    void everyCommandAnswersAsTheRealOne(String list, @TempDir Path folder) throws Exception {
        var comparisons = Comparison.read(FILES.resolve(list + ".txt"));
        try (var real = RealKubernetes.built(folder.resolve("real"));
                var local = new LocalKubernetes(folder.resolve("local"))) {
            var expected = CompletableFuture.supplyAsync(() -> answers(comparisons, real, folder));
            var found = answers(comparisons, local, folder);
            var differences = new ArrayList<String>();
            for (var i = 0; i < comparisons.size(); i++) {
                comparisons
                        .get(i)
                        .difference(expected.join().get(i), found.get(i))
                        .ifPresent(differences::add);
            }
            assertTrue(
                    differences.isEmpty(),
                    () ->
                            differences.size()
                                    + " of "
                                    + comparisons.size()
                                    + " commands answer otherwise (- real, + local):\n\n"
                                    + String.join("\n", differences));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"commands", "custom", "rules", "access", "machinery", "workloads", "more"})
    void everyAllowedDifferenceHasAReason(String list) {
        assertEquals(
                List.of(),
                Comparison.read(FILES.resolve(list + ".txt")).stream()
                        .filter(line -> line.exitOnly() && line.reason().isEmpty())
                        .toList());
    }

    private static List<Kubectl.Outcome> answers(
            List<Comparison> comparisons, Kubernetes api, Path folder) {
        var kubectl = new Kubectl(folder.resolve("home-" + api.name()), api);
        return comparisons.stream()
                .map(each -> kubectl.run(FILES, each.arguments().toArray(String[]::new)).normal())
                .toList();
    }
}
