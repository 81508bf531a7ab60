package dev.serin.modelserver;

import static dev.serin.modelserver.RunningServer.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.base.lifecycle.Drain;
import dev.serin.base.net.HostPort;
import dev.serin.base.time.Ticker;
import dev.serin.inference.ModelVersionStatus.State;
import dev.serin.testkit.Eventually;
import dev.serin.testkit.NothingLeft;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPOutputStream;

/// Real models in real TensorFlow, over real sockets.
@ExtendWith(NothingLeft.class)
class ModelServerTest {
    private static final Path MODELS = Path.of("src", "test", "resources", "models");

    @TempDir private Path folder;

    private static void copy(Path from, Path to) throws IOException {
        // The version appears whole, as a careful deployment does it.
        var part = to.resolveSibling("part-of-" + to.getFileName());
        try (var files = Files.walk(from)) {
            for (var file : files.toList()) {
                Files.createDirectories(part);
                var target = part.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target);
                }
            }
        }
        Files.move(part, to);
    }

    @Test
    void predictsInBothFormsByNameAndVersion() throws Exception {
        try (var running = new RunningServer(model("half", MODELS.resolve("half")))) {
            running.await("half", 2, State.AVAILABLE);
            var rows = running.post("/v1/models/half:predict", "{\"instances\": [1, 2]}");
            assertEquals("{\n    \"predictions\": [3.5, 4.0\n    ]\n}", rows.body());
            assertEquals("application/json", rows.headers().firstValue("content-type").orElse(""));
            assertEquals("2", rows.headers().firstValue("x-model-version").orElse(""));
            var columns =
                    running.post("/V1/models/half/versions/2:Predict?x=y", "{\"inputs\": [1]}");
            assertEquals("{\n    \"outputs\": [\n        3.5\n    ]\n}", columns.body());
            assertEquals(
                    "{\n    \"results\": [3.5]\n}",
                    running.post(
                                    "/v1/models/half:regress",
                                    "{\"signature_name\": \"regress\", \"examples\": [{\"x\":"
                                            + " 1.0}]}")
                            .body());
            assertEquals(
                    "{\n    \"results\": [[[\"small\", -2.5], [\"large\", 3.5]]\n    ]\n}",
                    running.post(
                                    "/v1/models/half:classify",
                                    "{\"signature_name\": \"classify\", \"examples\": [{\"x\":"
                                            + " 1.0}]}")
                            .body());
        }
    }

    /// So that a probe of the port means a model that predicts, as with TensorFlow Serving.
    @Test
    void thePortOpensOnceTheModelCanBeAsked() throws Exception {
        try (var running = new RunningServer(model("half", MODELS.resolve("half")))) {
            var first = running.post("/v1/models/half:predict", "{\"instances\": [1]}");
            assertEquals(200, first.statusCode(), first.body());
        }
    }

    @Test
    void thePortOpensToTellWhatFailed() throws Exception {
        Files.createDirectories(folder.resolve("1"));
        Files.writeString(folder.resolve("1/saved_model.pb"), "no model");
        try (var running =
                new RunningServer(
                        model("broken", folder), model("missing", folder.resolve("nowhere")))) {
            var status = running.get("/v1/models/broken").body();
            assertTrue(status.contains("\"state\": \"END\""), status);
            assertEquals(404, running.get("/v1/models/missing").statusCode());
        }
    }

    @Test
    void everyElementTypeGoesInAndOut() throws Exception {
        try (var running = new RunningServer(model("kinds", MODELS.resolve("kinds")))) {
            running.await("kinds", 1, State.AVAILABLE);
            for (var type : List.of("int8", "int16", "int32", "int64")) {
                assertEquals("[-1, 100]", same(running, type, "[-1, 100]"));
            }
            for (var type : List.of("uint8", "uint32", "uint64")) {
                assertEquals("[1, 200]", same(running, type, "[1, 200]"));
            }
            assertEquals("[0.1, NaN]", same(running, "float32", "[0.1, NaN]"));
            assertEquals("[0.1, -Infinity]", same(running, "float64", "[0.1, -Infinity]"));
            assertEquals("[true, false]", same(running, "bool", "[true, false]"));
            assertEquals(
                    501,
                    running.post(
                                    "/v1/models/kinds:predict",
                                    "{\"signature_name\": \"half\", \"inputs\": [1]}")
                            .statusCode());
            var text =
                    running.post(
                            "/v1/models/kinds:predict",
                            "{\"signature_name\": \"text\", \"instances\": [\"a string of more"
                                    + " than the 22 bytes that fit\"]}");
            assertTrue(text.body().contains("\"A STRING OF MORE THAN THE 22 BYTES THAT FIT\""));
            assertTrue(text.body().contains("\"b64\": \"YSBzdHJpbmcg"), text.body());
            assertEquals(
                    "Tensor name: total has no shape information ",
                    error(
                            running.post(
                                            "/v1/models/kinds:predict",
                                            "{\"signature_name\": \"scalar\", \"instances\": [1]}")
                                    .body()));
        }
    }

    private static String same(RunningServer running, String type, String values)
            throws IOException, InterruptedException {
        var answer =
                running.post(
                        "/v1/models/kinds:predict",
                        "{\"signature_name\": \"" + type + "\", \"instances\": " + values + "}");
        return answer.body()
                .replaceAll("\\s+", " ")
                .replace("{ \"predictions\": ", "")
                .replace(" ] }", "]");
    }

    private static String error(String body) {
        return body.substring("{\n    \"error\": \"".length(), body.length() - "\"\n}".length());
    }

    @Test
    void mistakesHaveTensorFlowServingsCodesAndWords() throws Exception {
        try (var running = new RunningServer(model("half", MODELS.resolve("half")))) {
            running.await("half", 2, State.AVAILABLE);
            check(
                    running,
                    "POST",
                    "/v1/models/x:predict",
                    404,
                    "Servable not found for request: Latest(x)");
            check(
                    running,
                    "POST",
                    "/v1/models/half/versions/9:predict",
                    404,
                    "Servable not found for request: Specific(half, 9)");
            check(
                    running,
                    "POST",
                    "/v1/models/half/labels/z:predict",
                    400,
                    "Unrecognized servable version label: z");
            check(
                    running,
                    "POST",
                    "/v1/models/half:explain",
                    400,
                    "Malformed request: POST /v1/models/half:explain");
            check(
                    running,
                    "POST",
                    "/v1/models/half/versions/99999999999999999999:predict",
                    400,
                    "Failed to convert version: 99999999999999999999 to numeric.");
            check(running, "GET", "/v1/models", 400, "Missing model name in request.");
            check(running, "GET", "/v1/foo", 400, "Malformed request: GET /v1/foo");
            check(running, "GET", "/v1/models/x", 404, "Could not find any versions of model x");
            check(
                    running,
                    "GET",
                    "/v1/models/half/versions/9",
                    404,
                    "Could not find version 9 of model half");
            assertEquals(404, running.get("/other").statusCode());
            assertEquals(200, running.get("/v1/models/half/labels/any").statusCode());
            var none =
                    running.post(
                            "/v1/models/half:predict",
                            "{\"signature_name\": \"s\", \"instances\": [1]}");
            assertEquals(
                    "Serving signature name: \\\"s\\\" not found in signature def",
                    error(none.body()));
        }
    }

    private static void check(
            RunningServer running, String method, String path, int status, String error)
            throws IOException, InterruptedException {
        var answer =
                method.equals("GET")
                        ? running.get(path)
                        : running.post(path, "{\"instances\": [1]}");
        assertEquals(error, error(answer.body()));
        assertEquals(status, answer.statusCode());
    }

    @Test
    void aNewVersionTakesOverWithoutAFailedRequest() throws Exception {
        copy(MODELS.resolve("half/1"), folder.resolve("1"));
        try (var running = new RunningServer(model("half", folder))) {
            running.await("half", 1, State.AVAILABLE);
            var stop = new AtomicBoolean();
            var answers = new AtomicInteger();
            var client =
                    CompletableFuture.supplyAsync(() -> {
                        try {
                            var bad = "";
                            while (!stop.get()) {
                                var answer =
                                        running.post(
                                                "/v1/models/half:predict", "{\"instances\": [1]}");
                                answers.incrementAndGet();
                                if (answer.statusCode() != 200) {
                                    bad = answer.body();
                                }
                            }
                            return bad;
                        } catch (IOException | InterruptedException e) {
                            return e.toString();
                        }
                    });
            copy(MODELS.resolve("half/2"), folder.resolve("2"));
            running.await("half", 2, State.AVAILABLE);
            running.await("half", 1, State.END);
            stop.set(true);
            assertEquals("", client.join());
            assertTrue(answers.get() > 0);
            assertTrue(
                    running.post("/v1/models/half:predict", "{\"instances\": [1]}")
                            .body()
                            .contains("3.5"));
        }
    }

    @Test
    void whatCannotBeLoadedIsSaidAndLoadedOnceItIsMended() throws Exception {
        Files.createDirectories(folder.resolve("1"));
        Files.writeString(folder.resolve("1/saved_model.pb"), "no model");
        var missing = folder.resolve("nowhere");
        try (var running =
                new RunningServer(
                        model("broken", folder),
                        model("missing", missing),
                        model("half", MODELS.resolve("half")),
                        model("fails", MODELS.resolve("fails")))) {
            running.await("broken", 1, State.END);
            running.await("half", 2, State.AVAILABLE);
            running.await("fails", 1, State.AVAILABLE);
            assertEquals(503, running.get("/readyz").statusCode());
            assertTrue(
                    running.said.stream()
                            .anyMatch(line -> line.startsWith("ERROR: model broken version 1")),
                    running.said.toString());
            assertTrue(
                    running.said.stream().anyMatch(line -> line.contains(missing.toString())),
                    running.said.toString());
            var failing = running.post("/v1/models/fails:predict", "{\"instances\": [1]}");
            assertEquals(400, failing.statusCode());
            assertTrue(failing.body().contains("this model always fails"), failing.body());
            copy(MODELS.resolve("half/1"), folder.resolve("2"));
            running.await("broken", 2, State.AVAILABLE);
            copy(MODELS.resolve("half"), missing);
            running.await("missing", 2, State.AVAILABLE);
            assertEquals(200, running.get("/readyz").statusCode());
        }
    }

    @Test
    void aModelWhoseVariablesAreNotTrackedIsExplained() throws Exception {
        try (var running = new RunningServer(model("wrapped", MODELS.resolve("wrapped")))) {
            running.await("wrapped", 1, State.AVAILABLE);
            var answer = running.post("/v1/models/wrapped:predict", "{\"instances\": [[1]]}");
            assertTrue(answer.statusCode() >= 400);
            assertTrue(answer.body().contains("model.export(folder)"), answer.body());
        }
    }

    /// The canary example is only one if its versions answer its request differently.
    @Test
    void theExamplesVersionsDifferAboutItsRequest() throws Exception {
        var example = Path.of("..", "examples", "canary");
        var request = Files.readString(example.resolve("request.json"));
        try (var running =
                new RunningServer(
                        model("v1", example.resolve("models/v1")),
                        model("v2", example.resolve("models/v2")))) {
            running.await("v1", 1, State.AVAILABLE);
            running.await("v2", 2, State.AVAILABLE);
            var first = running.post("/v1/models/v1:predict", request);
            var second = running.post("/v1/models/v2:predict", request);
            assertEquals(200, first.statusCode(), first.body());
            assertEquals(200, second.statusCode(), second.body());
            assertTrue(first.body().contains("\"class\": 1,"), first.body());
            assertTrue(second.body().contains("\"class\": 4,"), second.body());
            assertTrue(
                    running.said.stream().anyMatch(line -> line.contains("version 2 is warm")),
                    running.said.toString());
        }
    }

    @Test
    void aGzipBodyIsReadAndABadOneEndsOnlyItsConnection() throws Exception {
        try (var running = new RunningServer(model("half", MODELS.resolve("half")))) {
            running.await("half", 2, State.AVAILABLE);
            var body = new ByteArrayOutputStream();
            try (var zip = new GZIPOutputStream(body)) {
                zip.write(
                        ("{\"instances\": [1" + ", 1".repeat(100_000) + "]}")
                                .getBytes(StandardCharsets.UTF_8));
            }
            var request =
                    HttpRequest.newBuilder(running.uri("/v1/models/half:predict"))
                            .header("Content-Encoding", "gzip");
            try (var client = HttpClient.newHttpClient()) {
                var answer =
                        client.send(
                                request.POST(
                                                HttpRequest.BodyPublishers.ofByteArray(
                                                        body.toByteArray()))
                                        .build(),
                                HttpResponse.BodyHandlers.ofString());
                assertEquals(200, answer.statusCode(), answer.body());
                var bad =
                        client.send(
                                request.POST(HttpRequest.BodyPublishers.ofString("no zip")).build(),
                                HttpResponse.BodyHandlers.ofString());
                assertEquals(400, bad.statusCode(), bad.body());
            }
            assertEquals(200, running.get("/readyz").statusCode());
        }
    }

    @Test
    void pipelinedRequestsAreAnsweredInOrder() throws Exception {
        try (var running = new RunningServer(model("half", MODELS.resolve("half")))) {
            running.await("half", 2, State.AVAILABLE);
            try (var socket =
                    new Socket(InetAddress.getLoopbackAddress(), running.address.port())) {
                socket.setSoTimeout(10_000);
                var requests = new StringBuilder();
                for (int i = 0; i < 100; i++) {
                    var body = "{\"instances\": [" + i + "]}";
                    requests.append("POST /v1/models/half:predict HTTP/1.1\r\nHost: x\r\n")
                            .append(i == 99 ? "Connection: close\r\n" : "")
                            .append("Content-Length: " + body.length() + "\r\n\r\n" + body);
                }
                socket.getOutputStream()
                        .write(requests.toString().getBytes(StandardCharsets.US_ASCII));
                var text =
                        new String(
                                socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
                int from = 0;
                for (int i = 0; i < 100; i++) {
                    from = text.indexOf("[" + (i / 2.0 + 3) + "\n", from);
                    assertTrue(from > 0, "answer " + i + " in " + text);
                }
            }
        }
    }

    @Test
    void itStopsWhenToldAndSaysWhatHappened() throws Exception {
        var out = new ByteArrayOutputStream();
        var stop = new Drain();
        var code =
                CompletableFuture.supplyAsync(() ->
                        ServeMain.run(
                                new String[] {
                                    "--rest_api_port=0",
                                    "--model_name=half",
                                    "--model_base_path=" + MODELS.resolve("half")
                                },
                                System.getenv(),
                                new PrintStream(out, true, StandardCharsets.UTF_8),
                                stop));
        Eventually.eventually(
                Duration.ofSeconds(60),
                "ready: " + out,
                () -> out.toString(StandardCharsets.UTF_8).contains("ready after"));
        stop.start();
        assertEquals(0, code.join());
    }

    @Test
    void aTakenPortIsNamed() throws Exception {
        try (var running = new RunningServer()) {
            var options =
                    ServeMain.options(
                            Flags.read(List.of("--model_base_path=/unused"), false),
                            System.getenv());
            var taken =
                    new ServeOptions(
                            new HostPort("127.0.0.1", running.address.port()),
                            List.of(),
                            options.cache(),
                            options.poll(),
                            options.loading(),
                            options.sessions(),
                            1);
            try (var second = new ModelServer(taken, Ticker.system(), _ -> {})) {
                var listening = second.listening();
                var e = assertThrows(CompletionException.class, listening::join);
                assertTrue(e.getMessage().contains("--rest_api_port"), e.getMessage());
            }
        }
    }
}
