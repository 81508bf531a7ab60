package dev.serin.conformance.istio;

import dev.serin.testkit.Child;
import dev.serin.testkit.Eventually;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/// Istio's control plane on loopback, told by files instead of a Kubernetes; `.ci/istiod` builds
/// it.
final class Istiod implements AutoCloseable {
    private static final String MESH =
            """
            rootNamespace: istio-system
            accessLogFile: /dev/stdout
            enableTracing: true
            """;

    private final Process process;
    private final Path log;
    private final int discovery;

    /// Starts it and waits until it is ready.
    ///
    /// @param kubeconfig of the Kubernetes that it watches besides
    /// @param resources what stands in its files, in YAML
    Istiod(Path folder, String kubeconfig, String resources) throws IOException {
        var binary = System.getProperty("serin.istiod", "");
        if (binary.isEmpty()) {
            throw new IllegalStateException(
                    "No istiod: this test is run by .ci/istiod, which builds one.");
        }
        discovery = Child.freePort();
        var pages = Child.freePort();
        log = folder.resolve("istiod.log");
        var mesh = Files.writeString(folder.resolve("mesh.yaml"), MESH);
        var config = Files.createDirectories(folder.resolve("config"));
        Files.writeString(config.resolve("all.yaml"), resources);
        var kubernetes = Files.writeString(folder.resolve("kubeconfig"), kubeconfig);
        var builder =
                new ProcessBuilder(
                        binary,
                        "discovery",
                        "--configDir=" + config,
                        "--meshConfig=" + mesh,
                        "--registries=Kubernetes",
                        "--kubeconfig=" + kubernetes,
                        "--grpcAddr=127.0.0.1:" + discovery,
                        "--httpAddr=127.0.0.1:" + pages,
                        "--httpsAddr=",
                        "--secureGRPCAddr=",
                        "--monitoringAddr=",
                        "--ctrlz_port=0");
        builder.environment()
                .putAll(
                        Map.of(
                                "ENABLE_CA_SERVER", "false",
                                "INJECT_ENABLED", "false",
                                "PILOT_CERT_PROVIDER", "none",
                                "POD_NAMESPACE", "istio-system",
                                "VALIDATION_ENABLED", "false"));
        process =
                builder.directory(folder.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        awaitReady(URI.create("http://127.0.0.1:" + pages + "/ready"));
    }

    /// Where it tells proxies.
    String address() {
        return "127.0.0.1:" + discovery;
    }

    String log() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            return e.toString();
        }
    }

    private void awaitReady(URI uri) {
        try (var client = HttpClient.newHttpClient()) {
            var request = HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(5)).build();
            Eventually.poll(
                    Duration.ofSeconds(60),
                    () -> Child.answers(client, request) || !process.isAlive(),
                    over -> over);
            if (!process.isAlive() || !Child.answers(client, request)) {
                close();
                throw new IllegalStateException("istiod is not ready: " + log());
            }
        }
    }

    @Override
    public void close() {
        Child.end(process);
    }
}
