package dev.serin.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.cli.mesh.MeshHome;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;

/// The commands that only read and write a mesh's state folder. The build sets `XDG_STATE_HOME` to
/// a folder of its own, so that nobody's meshes are touched.
class StateTest {
    private static final String MESH = "unit-test";
    private final MeshHome home = MeshHome.of(MESH, System.getenv());

    @BeforeEach
    void nothingThere() throws IOException {
        assertTrue(
                home.state().toString().contains("/target/"), "run by the build: " + home.state());
        if (Files.exists(home.state())) {
            try (var files = Files.walk(home.state())) {
                for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    @Test
    void anImageIsMappedListedAndForgotten() {
        assertFalse(list().contains("example.org"));
        assertEquals(
                new Spoken(0, "example.org/me/model is mapped\n", ""),
                image(
                        "map",
                        "example.org/me/model",
                        "--as",
                        "tensorflow/serving",
                        "--env",
                        "MODEL_NAME=digits"));
        assertEquals(
                0,
                image("map", "example.org/me/page", "--command", "httpd", "--command", "-f")
                        .code());
        var list = list();
        assertTrue(list.contains("example.org/me/model|as tensorflow/serving"), list);
        assertTrue(list.contains("example.org/me/page|httpd -f"), list);
        assertTrue(list.contains("tensorflow/serving|built in"), list);
        assertEquals(
                new Spoken(0, "example.org/me/page is not mapped any more\n", ""),
                image("unmap", "example.org/me/page"));
        assertFalse(list().contains("example.org/me/page"));
        assertTrue(list().contains("example.org/me/model"));
    }

    @Test
    void whatIsNotMappedCannotBeUnmapped() {
        assertEquals(
                new Spoken(
                        1,
                        "",
                        "serin: image example.org/none: not mapped; cure: serin image list shows"
                                + " what is\n"),
                image("unmap", "example.org/none"));
    }

    @Test
    void aMappingIsAnImageOrAProgram() {
        assertEquals(
                new Spoken(
                        1,
                        "",
                        "serin: serin image map x: neither --as nor --command; expected: one of"
                                + " them; cure: for a model: --as tensorflow/serving; for a"
                                + " program: --command NAME\n"),
                image("map", "x"));
        var both = image("map", "x", "--as", "busybox", "--command", "y");
        assertEquals(1, both.code());
        assertTrue(both.err().contains("both --as and --command"), both.err());
        assertFalse(Files.exists(home.images()));
    }

    @Test
    void thereIsNoKubeconfigBeforeTheFirstUp() throws IOException {
        var never =
                "serin: mesh 'unit-test': has never been up: there is no "
                        + home.kubeconfig()
                        + "; cure: start it by `serin up`\n";
        assertEquals(new Spoken(1, "", never), Spoken.by("kubeconfig", "--mesh", MESH));
        assertEquals(new Spoken(1, "", never), Spoken.by("kubeconfig", "--path", "--mesh", MESH));
        Files.createDirectories(home.state());
        Files.writeString(home.kubeconfig(), "kind: Config\n");
        assertEquals(new Spoken(0, "kind: Config\n", ""), Spoken.by("kubeconfig", "--mesh", MESH));
        assertEquals(
                new Spoken(0, home.kubeconfig() + "\n", ""),
                Spoken.by("kubeconfig", "--path", "--mesh", MESH));
    }

    @Test
    void aMeshThatIsDownIsListedAndDownAgainIsNoError() throws IOException {
        Files.createDirectories(home.state());
        var list = Spoken.by("list");
        assertTrue(list.out().replaceAll(" +", " ").contains(MESH + " down - - -"), list.out());
        assertEquals(
                new Spoken(0, "", "mesh 'unit-test' was not running\n"),
                Spoken.by("down", "--mesh", MESH));
    }

    @Test
    void foldersAreThoseOfTheEnvironment() {
        var environment = java.util.Map.of("HOME", "/home/me");
        assertEquals(
                Path.of("/home/me/.local/state/serin/x"), MeshHome.of("x", environment).state());
        assertEquals(Path.of("/home/me/.cache/serin"), MeshHome.cache(environment));
    }

    private static Spoken image(String... arguments) {
        var all = new String[arguments.length + 3];
        all[0] = "image";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        all[arguments.length + 1] = "--mesh";
        all[arguments.length + 2] = MESH;
        return Spoken.by(all);
    }

    private static String list() {
        return image("list").out().replaceAll(" {2,}", "|");
    }
}
