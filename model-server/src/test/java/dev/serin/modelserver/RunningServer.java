package dev.serin.modelserver;

import dev.serin.base.net.HostPort;
import dev.serin.base.time.Ticker;
import dev.serin.inference.ModelVersionStatus;
import dev.serin.modelserver.source.ModelConfig;
import dev.serin.modelserver.source.VersionSelection;
import dev.serin.testkit.Eventually;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/// A model server that listens on a free port, with what it said, and a client.
final class RunningServer implements AutoCloseable {
    final List<String> said = new CopyOnWriteArrayList<>();
    final ModelServer server;
    final HostPort address;
    private final HttpClient client = HttpClient.newHttpClient();

    RunningServer(ModelConfig... models) {
        server = new ModelServer(options(models), Ticker.system(), said::add);
        address = server.listening().orTimeout(60, TimeUnit.SECONDS).join();
    }

    static ModelConfig model(String name, Path base) {
        return new ModelConfig(name, base, new VersionSelection.Latest(1), Map.of());
    }

    private static ServeOptions options(ModelConfig... models) {
        var flags = Flags.read(List.of("--model_base_path=/unused"), false);
        var made = ServeMain.options(flags, System.getenv());
        return new ServeOptions(
                new HostPort("127.0.0.1", 0),
                List.of(models),
                made.cache(),
                Duration.ofMillis(50),
                made.loading(),
                made.sessions(),
                made.requestThreads());
    }

    /// Waits until this version stands so.
    void await(String model, long version, ModelVersionStatus.State state) {
        Eventually.eventually(
                Duration.ofSeconds(60),
                model + " " + version + " is " + state + "; said: " + said,
                () -> {
                    var found = server.table().get().models().get(model);
                    var status = found == null ? null : found.statuses().get(version);
                    return status != null && status.state() == state;
                });
    }

    URI uri(String path) {
        return URI.create("http://" + address + path);
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(uri(path)).build(), HttpResponse.BodyHandlers.ofString());
    }

    HttpResponse<String> post(String path, String body) throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(uri(path))
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    @Override
    public void close() {
        client.close();
        server.close();
    }
}
