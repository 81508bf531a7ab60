package dev.serin.conformance.differential.peer;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/// The admin pages of a proxy.
final class Pages implements AutoCloseable {
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final String address;

    /// @param address host and port
    Pages(String address) {
        this.address = address;
    }

    /// A page's text, or empty if it is not answered with 200.
    String get(String path) {
        try {
            var response =
                    client.send(
                            HttpRequest.newBuilder(URI.create("http://" + address + path))
                                    .timeout(Duration.ofSeconds(10))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            return response.statusCode() == 200 ? response.body() : "";
        } catch (IOException e) {
            return "";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "";
        }
    }

    /// Its status, a line end, and its text.
    String ask(String method, String path) {
        try {
            var response =
                    client.send(
                            HttpRequest.newBuilder(URI.create("http://" + address + path))
                                    .timeout(Duration.ofSeconds(10))
                                    .method(method, HttpRequest.BodyPublishers.noBody())
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            return response.statusCode() + "\n" + response.body();
        } catch (IOException e) {
            return e + "\n";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return e + "\n";
        }
    }

    @Override
    public void close() {
        client.shutdownNow();
        client.close();
    }
}
