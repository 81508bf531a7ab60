package dev.serin.local.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.base.ProblemException;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

class ImageTest {
    private static final String PRIVATE = "gcr.io/ml-production-257/vjan-deployment-server";
    private static final String DIGEST = "@sha256:" + "ab".repeat(32);

    @TempDir Path folder;
    private ImageMappings mappings;
    private ImageCatalogue catalogue;

    @BeforeEach
    void fresh() {
        mappings = new ImageMappings(folder.resolve("state/images.json"));
        catalogue = new ImageCatalogue(mappings, List.of("/opt/serin/bin/serin", "serve"));
    }

    ImageTest() {
        mappings = new ImageMappings(Path.of("none"));
        catalogue = new ImageCatalogue(mappings, List.of());
    }

    @ParameterizedTest
    @CsvSource({
        "busybox,                          docker.io/library/busybox, '',    ''",
        "tensorflow/serving,               docker.io/tensorflow/serving, '', ''",
        "docker.io/tensorflow/serving:2.1, docker.io/tensorflow/serving, 2.1, ''",
        "index.docker.io/library/busybox,  docker.io/library/busybox, '',    ''",
        "localhost:5000/a/b:c,             localhost:5000/a/b,        c,     ''",
        "localhost:5000/a,                 localhost:5000/a,          '',    ''",
        "gcr.io/x/y@sha256:00,             gcr.io/x/y,                '',    sha256:00",
        "gcr.io/x/y:t@sha256:00,           gcr.io/x/y,                t,     sha256:00",
    })
    void namesAreCompletedAsDockerDoes(String text, String repository, String tag, String digest) {
        var reference = ImageReference.parse(text);
        assertEquals(new ImageReference(repository, tag, digest), reference);
        assertEquals(reference, ImageReference.parse(reference.toString()));
    }

    @Test
    void whatIsNoNameIsAProblemNotAnException() {
        for (var text : List.of("", ":tag", "a b", "x/", "@sha256:00")) {
            assertInstanceOf(Image.Unknown.class, catalogue.resolve(text), text);
        }
    }

    @Test
    void servingImageRunsTheProductsServerAsTheImageDoes() {
        var image = known("tensorflow/serving:2.19.0" + DIGEST);
        assertEquals(
                Map.of("MODEL_NAME", "model", "MODEL_BASE_PATH", "/models"), image.environment());
        var words = image.words(List.of(), List.of("--enable_batching", "--x=digits"));
        assertEquals("/bin/sh", words.getFirst());
        assertEquals(
                "exec /opt/serin/bin/serin serve --port=8500 --rest_api_port=8501"
                        + " --model_name=${MODEL_NAME}"
                        + " --model_base_path=${MODEL_BASE_PATH}/${MODEL_NAME} \"$@\"",
                words.get(2));
        assertEquals(List.of("--enable_batching", "--x=digits"), words.subList(4, 6));
    }

    @Test
    void theEntryPointReallyPassesTheFlags() throws Exception {
        var server = folder.resolve("a server");
        Files.writeString(server, "#!/bin/sh\nfor a in \"$@\"; do echo \"$a\"; done\n");
        assertTrue(server.toFile().setExecutable(true));
        var image =
                (Image.Program)
                        new ImageCatalogue(mappings, List.of(server.toString(), "serve"))
                                .resolve("tensorflow/serving");
        var builder = new ProcessBuilder(image.words(List.of(), List.of("--a=b c")));
        builder.environment().putAll(image.environment());
        builder.environment().put("MODEL_NAME", "my model");
        var process = builder.start();
        var printed =
                new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                        .lines()
                        .toList();
        assertEquals(0, process.waitFor());
        assertEquals("serve", printed.getFirst());
        assertEquals("--rest_api_port=8501", printed.get(2));
        assertEquals("--a=b c", printed.getLast());
    }

    @Test
    void theServersOwnNamesAreTheProductsServer() {
        var image = known("tensorflow/serving");
        for (var word : List.of("tensorflow_model_server", "/usr/bin/tensorflow_model_server")) {
            assertEquals(
                    List.of("/opt/serin/bin/serin", "serve", "--port=1", "--b"),
                    image.words(List.of(word, "--port=1"), List.of("--b")));
        }
        assertEquals("/usr/bin/tensorflow_model_server", image.files().getFirst().path());
        assertTrue(image.files().getFirst().executable());
    }

    @ParameterizedTest
    @CsvSource({"'', '', e1 e2 c1", "'', a, e1 e2 a", "x, '', x", "x, a, x a"})
    void commandAndArgsAsKubernetesHasThem(String command, String args, String words) {
        var image =
                new Image.Program(
                        List.of("e1", "e2"),
                        List.of("c1"),
                        Map.of(),
                        "/w",
                        Map.of(),
                        List.of(),
                        Map.of());
        assertEquals(
                List.of(words.split(" ")),
                image.words(
                        command.isEmpty() ? List.of() : List.of(command),
                        args.isEmpty() ? List.of() : List.of(args)));
    }

    @Test
    void markersAndTools() {
        for (var mesh : List.of("docker.io/istio/proxyv2:1.5.0", "auto", "istio/pilot")) {
            assertInstanceOf(Image.Sidecar.class, catalogue.resolve(mesh), mesh);
        }
        for (var tool :
                List.of("curlimages/curl:8", "busybox", "alpine", "debian:12", "python:3")) {
            assertEquals(
                    List.of("sleep", "9"), known(tool).words(List.of("sleep", "9"), List.of()));
        }
        assertEquals(List.of("sh"), known("busybox").arguments());
    }

    @Test
    void anUnknownImageNamesTheLineThatMapsItAndTheNearestKnown() {
        var problem =
                assertInstanceOf(Image.Unknown.class, catalogue.resolve(PRIVATE + DIGEST))
                        .problem();
        assertTrue(
                problem.text().contains("serin image map " + PRIVATE + " --as tensorflow/serving"),
                problem.text());
        var typo =
                assertInstanceOf(Image.Unknown.class, catalogue.resolve("tensorflow/servin:2"))
                        .problem();
        assertTrue(typo.text().contains("did you mean tensorflow/serving?"), typo.text());
    }

    @Test
    void aMappedImageIsKeptAndTheMostExactWins() {
        map(PRIVATE, "tensorflow/serving", Map.of("MODEL_NAME", "vjan"));
        map(PRIVATE + ":v2", "tensorflow/serving", Map.of("MODEL_NAME", "two"));
        map(PRIVATE + DIGEST, "tensorflow/serving", Map.of("MODEL_NAME", "exact"));
        var again =
                new ImageCatalogue(
                        new ImageMappings(folder.resolve("state/images.json")), List.of("s"));
        assertEquals("vjan", modelName(again, PRIVATE));
        assertEquals("vjan", modelName(again, PRIVATE + ":other"));
        assertEquals("two", modelName(again, PRIVATE + ":v2"));
        assertEquals("exact", modelName(again, PRIVATE + DIGEST));
        mappings.unmap(ImageReference.parse(PRIVATE + DIGEST));
        assertEquals("vjan", modelName(again, PRIVATE + DIGEST));
        assertEquals(2, mappings.list().size());
        assertThrows(
                ProblemException.class, () -> mappings.unmap(ImageReference.parse("never/was")));
    }

    @Test
    void aMappedCommandReplacesABuiltInImage() {
        mappings.map(
                new ImageMapping(
                        ImageReference.parse("busybox"),
                        List.of("jupyter-notebook", "--ip=0.0.0.0"),
                        null,
                        Map.of("A", "B"),
                        "/home"));
        var image = known("busybox:1");
        assertEquals(
                List.of("jupyter-notebook", "--ip=0.0.0.0"), image.words(List.of(), List.of()));
        assertEquals(Map.of("A", "B"), image.environment());
        assertEquals("/home", image.workingDir());
    }

    @Test
    void aBrokenFileIsAProblemThatNamesIt() throws IOException {
        map(PRIVATE, "nothing/built-in", Map.of());
        var wrong = assertInstanceOf(Image.Unknown.class, catalogue.resolve(PRIVATE));
        assertTrue(wrong.problem().text().contains("nothing/built-in"), wrong.problem().text());
        Files.writeString(folder.resolve("state/images.json"), "{oops");
        var broken = assertInstanceOf(Image.Unknown.class, catalogue.resolve(PRIVATE));
        assertTrue(broken.problem().text().contains("images.json"), broken.problem().text());
    }

    private void map(String image, String as, Map<String, String> environment) {
        mappings.map(
                new ImageMapping(ImageReference.parse(image), List.of(), as, environment, null));
    }

    @Test
    void aMappedImageHasItsMountsAndThoseOfTheImageItStandsFor() {
        mappings.map(
                new ImageMapping(
                        ImageReference.parse("example.org/me/model"),
                        List.of(),
                        "tensorflow/serving",
                        Map.of(),
                        null,
                        Map.of("/models/m", "/home/me/m")));
        var image = known("example.org/me/model:1");
        assertEquals(Map.of("/models/m", "/home/me/m"), image.mounts());
        assertTrue(image.commands().containsKey("tensorflow_model_server"));
        assertTrue(
                image.files().stream()
                        .anyMatch(f -> f.path().equals("/usr/bin/tensorflow_model_server")));
    }

    private static String modelName(ImageCatalogue catalogue, String image) {
        return assertInstanceOf(Image.Program.class, catalogue.resolve(image))
                .environment()
                .getOrDefault("MODEL_NAME", "");
    }

    private Image.Program known(String image) {
        return assertInstanceOf(Image.Program.class, catalogue.resolve(image), image);
    }
}
