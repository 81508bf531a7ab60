package dev.serin.conformance.kubernetes;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;

@Tag("kubernetes")
class RealKubernetesTest {
    @Test
    void commands(@TempDir Path folder) throws Exception {
        var root = Path.of(System.getProperty("serin.root"));
        var files = root.resolve("conformance/src/test/resources/kubectl");
        try (var real =
                new RealKubernetes(Path.of(System.getProperty("serin.kubernetes")), folder)) {
            var kubectl =
                    new Kubectl(
                            folder.resolve("home"),
                            real.url(),
                            real.rootPem(),
                            RealKubernetes.TOKEN);
            for (var c : Comparison.read(files.resolve("commands.txt"))) {
                var o = kubectl.run(files, c.arguments().toArray(new String[0])).normal();
                System.out.println("$ " + c + "\n[" + o.exit() + "] " + o.out() + o.err());
            }
        }
        assertEquals(1, 1);
    }
}
