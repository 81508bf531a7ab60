package dev.serin.conformance.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.testkit.Eventually;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The tutorial as its reader walks it, word for word with kubectl on the tutorial's own files
/// (`shared.folder`), the wrong ones too, then on their corrections. Once as root, once as an
/// ordinary user.
@Tag("end-to-end")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
abstract class TutorialTest {
    private static final String MESH = "tutorial";
    private static final int REQUESTS = 2000;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    static Path folder;

    private Person person;
    private Path tutorial;
    private Path examples;

    /// Who walks.
    abstract Person person(Path folder) throws IOException;

    @BeforeAll
    void arrive() throws IOException {
        var home = Files.createDirectories(folder.resolve(getClass().getSimpleName()));
        var recorded = Path.of(System.getProperty("shared.folder")).resolve("data/tutorial");
        assertTrue(Files.isDirectory(recorded), "the tutorial's files are in " + recorded);
        tutorial = home.resolve("tutorial");
        try (var files = Files.walk(recorded)) {
            for (var file : files.toList()) {
                var to = tutorial.resolve(recorded.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(to);
                } else {
                    Files.copy(file, to);
                }
            }
        }
        person = person(home);
        examples = person.product().resolve("examples");
    }

    @AfterAll
    void leave() {
        person.serin(60, "down", "--mesh", MESH).succeeded();
    }

    @Test
    @Order(1)
    void aClusterWithTheMeshIsStartedFoundAndChosen() {
        var said = person.serin(180, "up", "--detach", "--mesh", MESH, "--mtls", "permissive");
        assertTrue(said.succeeded().out().contains("nothing runs in it yet"), said.out());
        var list = person.serin(30, "list").succeeded().out();
        assertTrue(Pattern.compile("tutorial +up ").matcher(list).find(), list);
        person.serin(30, "kubeconfig", "--merge", "--mesh", MESH).succeeded();
        assertEquals("serin-tutorial\n", kubectl("config", "current-context"));
    }

    @Test
    @Order(2)
    void theInstallationIsLookedAt() {
        var services = kubectl("get", "services", "-n", "istio-system");
        assertTrue(services.contains("istiod"), services);
        assertTrue(services.contains("istio-ingressgateway"), services);
    }

    @Test
    @Order(3)
    void theModelIsDeployedAsItIsWritten() {
        map(
                "gcr.io/ml-production-257/vjan-deployment-server",
                "v1:/models/vjan",
                "MODEL_NAME=vjan");
        var created = person.kubectl("create", "-f", file("vjan-deployment.yaml")).succeeded();
        assertTrue(created.err().contains("extensions/v1beta1 Deployment is deprecated"));
        assertTrue(created.out().contains("vjan-deployment created"), created.out());
        assertTrue(created.out().contains("service/vjan-service created"), created.out());
        kubectl("rollout", "status", "deployment/vjan-deployment", "--timeout=60s");
    }

    @Test
    @Order(4)
    void aSecondMicroserviceIsDeployed() {
        kubectl("create", "-f", example("notebook.yaml"));
        kubectl("rollout", "status", "deployment/jupyter-deployment", "--timeout=60s");
    }

    @Test
    @Order(5)
    void thereAreTwoPodsOfEachAndTheirServicesAnswer() {
        ready("vjan-server", 2, "1/1");
        ready("jupyter-server", 2, "1/1");
        answers("vjan-service", 8501, "/v1/models/vjan", "AVAILABLE");
        answers("jupyter-service", 8888, "/api", "version");
    }

    @Test
    @Order(6)
    void sidecarsAreInjectedWhenTheNamespaceIsLabelledAndThePodsRestarted() {
        kubectl("label", "namespace", "default", "istio-injection=enabled");
        kubectl("delete", "pods", "--all", "--grace-period=1");
        ready("vjan-server", 2, "2/2");
        ready("jupyter-server", 2, "2/2");
        answers("vjan-service", 8501, "/v1/models/vjan", "AVAILABLE");
        answers("jupyter-service", 8888, "/api", "version");
    }

    @Test
    @Order(7)
    void whatTheTutorialGotWrongIsSaid() {
        var canary = person.kubectl("apply", "-f", file("canary-virtualservice.yaml"));
        assertNotEquals(0, canary.exit());
        assertTrue(canary.err().contains("unknown field \"spec.host\""), canary.err());
        var why = person.serin(30, "validate", "-f", file("canary-virtualservice.yaml"));
        assertTrue((why.out() + why.err()).contains("hosts"), why.out() + why.err());
        kubectl("apply", "-f", file("destinationrule.yaml"));
        var smart = person.kubectl("apply", "-f", file("smart-canary-virtualservice.yaml"));
        assertTrue(smart.succeeded().err().contains("did you mean v2?"), smart.err());
        kubectl("delete", "-f", file("smart-canary-virtualservice.yaml"));
    }

    @Test
    @Order(8)
    void theCanaryIsNinetyToTen() {
        kubectl("delete", "deployment", "vjan-deployment");
        for (var name : List.of("vjan-service", "vjan-deployment-v1", "vjan-deployment-v2")) {
            kubectl("apply", "-f", file("fixed/" + name + ".yaml"));
        }
        kubectl("apply", "-f", file("fixed/canary-virtualservice.yaml"));
        kubectl("run", "client", "--image=curlimages/curl", "--command", "--", "sleep", "7200");
        kubectl("wait", "--for=condition=ready", "pod/client", "--timeout=60s");
        ready("vjan-server", 4, "2/2");
        modelsAreLoaded();
        var v1 = counted("v1");
        var v2 = counted("v2");
        ask("?[1-" + REQUESTS + "]");
        assertEquals(v1 + v2 + REQUESTS, counted("v1") + counted("v2"), "all are counted");
        // Two-sided 99.9 % of the binomial, as in CanaryTest.
        var share = counted("v2") - v2;
        var spread = 3.29 * Math.sqrt(REQUESTS * 0.1 * 0.9);
        assertTrue(Math.abs(share - REQUESTS * 0.1) <= spread, share + " of " + REQUESTS);
    }

    @Test
    @Order(9)
    void theSmartCanaryGoesByTheHeader() {
        kubectl("apply", "-f", file("fixed/smart-canary-virtualservice.yaml"));
        Eventually.eventually(
                Duration.ofSeconds(10),
                "the rule is in force",
                () -> {
                    var before = counted("v2");
                    ask("?[1-20]", "-H", "my-header: a chrome of some kind");
                    return counted("v2") == before + 20;
                });
        var v1 = counted("v1");
        var v2 = counted("v2");
        ask("?[1-200]", "-H", "my-header: Mozilla chrome/99");
        assertEquals(v2 + 200, counted("v2"));
        ask("?[1-150]", "-H", "my-header: firefox");
        ask("?[1-50]");
        assertEquals(v1 + 200, counted("v1"));
        assertEquals(v2 + 200, counted("v2"));
    }

    @Test
    @Order(10)
    void manyModelsShareOneServerByModelsConfig() {
        map("example.org/me/many-models", "v1:/models/old", "", "v2:/models/new");
        kubectl("apply", "-f", example("many-models.yaml"));
        kubectl("rollout", "status", "deployment/many-models", "--timeout=60s");
        assertTrue(predicted("many-models", "old", "old").contains("\"class\":1"));
        assertTrue(predicted("many-models", "new", "new").contains("\"class\":4"));
    }

    @Test
    @Order(11)
    void oneMicroserviceAModelIsChosenByTheHeader() {
        kubectl("apply", "-f", example("by-header.yaml"));
        kubectl("rollout", "status", "deployment/model-old", "--timeout=60s");
        kubectl("rollout", "status", "deployment/model-new", "--timeout=60s");
        for (var model : List.of("old", "new")) {
            Eventually.eventually(
                    Duration.ofSeconds(10),
                    "the header " + model + " leads to its own model",
                    () ->
                            predicted("models", model, model)
                                    .contains(model.equals("old") ? "\"class\":1" : "\"class\":4"));
        }
        assertTrue(predicted("models", "old", "new").contains("not found"), "no other is there");
    }

    private String kubectl(String... arguments) {
        return person.kubectl(arguments).succeeded().out();
    }

    private String file(String name) {
        return tutorial.resolve(name).toString();
    }

    private String example(String name) {
        return examples.resolve("tutorial").resolve(name).toString();
    }

    /// @param model `VERSION:PATH` of the trained models of the canary example
    private void map(String image, String model, String environment, String... more) {
        var words = new ArrayList<String>();
        words.addAll(List.of("image", "map", image, "--as", "tensorflow/serving", "--mesh", MESH));
        if (!environment.isEmpty()) {
            words.addAll(List.of("--env", environment));
        }
        for (var each : Stream.concat(Stream.of(model), Stream.of(more)).toList()) {
            words.addAll(List.of("--mount", examples.resolve("canary/models") + "/" + each));
        }
        person.serin(30, words.toArray(String[]::new)).succeeded();
    }

    private void ready(String app, int pods, String containers) {
        var line = Pattern.compile("\\S+ +" + containers + " +Running .*");
        Eventually.eventually(
                Duration.ofSeconds(60),
                pods + " pods of " + app,
                () -> {
                    var list = kubectl("get", "pods", "-l", "app=" + app, "--no-headers");
                    return list.lines().count() == pods
                            && list.lines().allMatch(pod -> line.matcher(pod).matches());
                });
    }

    /// By the address that `kubectl get services` shows, from the machine.
    private void answers(String service, int port, String path, String word) {
        var address =
                kubectl(
                        "get",
                        "service",
                        service,
                        "-o",
                        "jsonpath={.status.loadBalancer.ingress[0].ip}");
        var url = "http://" + address + ":" + port + path;
        Eventually.eventually(
                Duration.ofSeconds(20),
                url + " says " + word,
                () -> person.run(20, "curl", "-s", "--max-time", "10", url).out().contains(word));
    }

    /// Requests to the model's Service from the client pod; `[1-9]` makes nine of them.
    private void ask(String query, String... options) {
        var words = new ArrayList<>(List.of("exec", "client", "-c", "client", "--", "curl", "-sf"));
        words.addAll(List.of(options));
        words.addAll(List.of("-o", "/dev/null", "http://vjan-service:8501/v1/models/vjan" + query));
        kubectl(words.toArray(String[]::new));
    }

    /// The tutorial's pods have no probe: they are ready before their models are.
    private void modelsAreLoaded() {
        for (var pod : kubectl("get", "pods", "-l", "app=vjan-server", "-o", "name").split("\n")) {
            Eventually.eventually(
                    Duration.ofSeconds(60),
                    pod + " has its model",
                    () ->
                            person.kubectl(
                                            "exec",
                                            pod,
                                            "-c",
                                            "vjan-container",
                                            "--",
                                            "curl",
                                            "-s",
                                            "127.0.0.1:8501/v1/models/vjan")
                                    .out()
                                    .contains("AVAILABLE"));
        }
    }

    /// What the client's sidecar has counted towards a version.
    private long counted(String version) {
        var metrics =
                kubectl(
                        "exec",
                        "client",
                        "-c",
                        "istio-proxy",
                        "--",
                        "curl",
                        "-s",
                        "127.0.0.1:15090/stats/prometheus");
        return metrics.lines()
                .filter(l -> l.startsWith("istio_requests_total{"))
                .filter(l -> l.contains("destination_version=\"" + version + "\""))
                .filter(l -> l.contains("destination_service_name=\"vjan-service\""))
                .mapToLong(l -> Long.parseLong(l.substring(l.lastIndexOf(' ') + 1)))
                .sum();
    }

    private String predicted(String host, String header, String model) {
        return kubectl(
                        "exec",
                        "client",
                        "-c",
                        "client",
                        "--",
                        "curl",
                        "-s",
                        "-H",
                        "model: " + header,
                        "-d",
                        request(),
                        "http://" + host + ":8501/v1/models/" + model + ":predict")
                .replace("\": ", "\":");
    }

    private String request() {
        try {
            return Files.readString(examples.resolve("canary/request.json"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
