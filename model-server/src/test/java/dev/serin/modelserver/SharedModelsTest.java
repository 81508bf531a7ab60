package dev.serin.modelserver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.serin.inference.ModelVersionStatus.State;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// Real SavedModels of other people, with the answers that Python's TensorFlow gives.
@Tag("shared")
class SharedModelsTest {
    private static final Path MODELS =
            Path.of(System.getProperty("shared.folder"), "data", "models").toAbsolutePath();
    private static final JsonMapper JSON = new JsonMapper();

    @BeforeAll
    static void theFolderIsThere() {
        if (!Files.isDirectory(MODELS)) {
            fail("no models in " + MODELS + "; say where they are by -Dshared.folder=DIR");
        }
    }

    @Test
    void everyRecordedCaseHasItsAnswer() throws Exception {
        for (var test : JSON.readTree(MODELS.resolve("vectors/expected.json").toFile())) {
            var folder = MODELS.resolve(test.get("path").asString());
            long version = Long.parseLong(folder.getFileName().toString());
            try (var running = serving(folder)) {
                running.await("m", version, State.AVAILABLE);
                var answer =
                        running.post(
                                "/v1/models/m:" + test.get("api").asString(),
                                test.get("rest_request").toString());
                var what = test.get("path") + " " + test.get("signature") + ": " + answer.body();
                assertEquals(200, answer.statusCode(), what);
                check(test, JSON.readTree(answer.body()), what);
            }
        }
    }

    /// Serves one version alone, from a folder of its own.
    private static RunningServer serving(Path folder) throws IOException {
        var base = Files.createTempDirectory("shared-model");
        Files.createSymbolicLink(base.resolve(folder.getFileName()), folder);
        return new RunningServer(RunningServer.model("m", base));
    }

    private static void check(JsonNode test, JsonNode answer, String what) {
        var expected = test.get("python_tf_outputs");
        switch (test.get("api").asString()) {
            case "predict" -> {
                var predictions = answer.get("predictions");
                for (var output : expected.properties()) {
                    for (int i = 0; i < predictions.size(); i++) {
                        var row = predictions.get(i);
                        close(
                                output.getValue().get("value").get(i),
                                expected.size() == 1 ? row : row.get(output.getKey()),
                                what);
                    }
                }
            }
            case "regress" ->
                    close(flat(expected.get("outputs").get("value")), answer.get("results"), what);
            default -> {
                var scores = expected.get("scores").get("value");
                for (int i = 0; i < scores.size(); i++) {
                    for (int c = 0; c < scores.get(i).size(); c++) {
                        var pair = answer.get("results").get(i).get(c);
                        close(scores.get(i).get(c), pair.get(1), what);
                        if (expected.has("classes")) {
                            close(
                                    expected.get("classes").get("value").get(i).get(c),
                                    pair.get(0),
                                    what);
                        }
                    }
                }
            }
        }
    }

    private static JsonNode flat(JsonNode values) {
        if (values.isEmpty() || !values.get(0).isArray()) {
            return values;
        }
        var flat = JSON.createArrayNode();
        values.forEach(row -> flat.add(row.get(0)));
        return flat;
    }

    private static void close(JsonNode expected, JsonNode found, String what) {
        if (expected.isArray()) {
            assertEquals(expected.size(), found.size(), what);
            for (int i = 0; i < expected.size(); i++) {
                close(expected.get(i), found.get(i), what);
            }
        } else if (expected.isNumber()) {
            assertEquals(expected.asDouble(), found.asDouble(), 1e-5, what);
        } else {
            assertEquals(expected, found, what);
        }
    }

    @Test
    void metadataIsWhatTensorFlowServingTells() throws Exception {
        var models = MODELS.resolve("tfserving");
        try (var running =
                serving(models.resolve("saved_model_half_plus_two_2_versions/00000123"))) {
            running.await("m", 123, State.AVAILABLE);
            var expected =
                    Files.readString(
                                    MODELS.resolve(
                                            "config/tfserving_saved_model_half_plus_two_2_versions_metadata.json"))
                            .replace("saved_model_half_plus_two_2_versions", "m");
            assertEquals(
                    JSON.readTree(expected),
                    JSON.readTree(running.get("/v1/models/m/metadata").body()));
        }
    }

    @Test
    void whatCannotBeLoadedIsSaidAndTheRestIsServed() throws Exception {
        var models = MODELS.resolve("tfserving");
        try (var running =
                new RunningServer(
                        RunningServer.model("bad", models.resolve("bad_half_plus_two")),
                        RunningServer.model("gpu", models.resolve("saved_model_half_plus_two_gpu")),
                        RunningServer.model(
                                "good", models.resolve("saved_model_half_plus_two_cpu")))) {
            running.await("good", 123, State.AVAILABLE);
            running.await("bad", 123, State.END);
            running.await("gpu", 123, State.END);
            var gpu = running.get("/v1/models/gpu").body();
            assertTrue(gpu.contains("device"), gpu);
            var bad = running.get("/v1/models/bad").body();
            assertTrue(bad.contains("saved_model.pb"), bad);
            assertEquals(503, running.get("/readyz").statusCode());
            assertEquals(
                    "{\n    \"predictions\": [2.5, 3.0, 4.5\n    ]\n}",
                    running.post("/v1/models/good:predict", "{\"instances\": [1.0, 2.0, 5.0]}")
                            .body());
        }
    }

    @Test
    void aCounterKeepsItsStateAndTakesNoInput() throws Exception {
        try (var running = serving(MODELS.resolve("tfserving/saved_model_counter/00000123"))) {
            running.await("m", 123, State.AVAILABLE);
            var by =
                    running.post(
                            "/v1/models/m:predict",
                            "{\"signature_name\": \"incr_counter_by\", \"inputs\": 3}");
            assertEquals(200, by.statusCode(), by.body());
            assertEquals(
                    3.0,
                    JSON.readTree(by.body().getBytes(StandardCharsets.UTF_8))
                            .get("outputs")
                            .asDouble());
        }
    }
}
