package dev.serin.local.api.admission;

import dev.serin.local.api.ServiceUrls;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Asks webhooks over HTTPS. One client for each caBundle and name, kept. Any thread.
final class WebhookCall implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.shared();

    private final ServiceUrls services;
    private final Map<Trust, HttpClient> clients = new ConcurrentHashMap<>();

    private record Trust(String caBundle, String name) {}

    /// A webhook that could not be asked; the message says why, as Kubernetes does.
    static final class Failed extends Exception {
        private static final long serialVersionUID = 1L;

        Failed(String message) {
            super(message);
        }
    }

    WebhookCall(ServiceUrls services) {
        this.services = services;
    }

    JsonNode ask(Webhook webhook, JsonNode review) throws Failed {
        var config = webhook.spec().path("clientConfig");
        var shown = shown(config, webhook.timeoutSeconds());
        try {
            var url = url(config);
            if (url == null) {
                throw new Failed(
                        post(shown)
                                + "no endpoints available for service "
                                + config.path("service").path("name"));
            }
            var client = client(config, url);
            var query = "timeout=" + webhook.timeoutSeconds() + "s";
            var separator = url.getRawQuery() == null ? "?" : "&";
            var request =
                    HttpRequest.newBuilder(URI.create(url + separator + query))
                            .header("Content-Type", "application/json")
                            .header("Accept", "application/json, */*")
                            .header("User-Agent", "kube-apiserver-admission")
                            .timeout(Duration.ofSeconds(webhook.timeoutSeconds()))
                            .POST(
                                    HttpRequest.BodyPublishers.ofByteArray(
                                            JSON.writeValueAsBytes(review)))
                            .build();
            var answer = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
            if (answer.statusCode() != 200) {
                throw new Failed(
                        "failed to call webhook: the server answered "
                                + answer.statusCode()
                                + ": "
                                + new String(answer.body(), java.nio.charset.StandardCharsets.UTF_8)
                                        .strip());
            }
            return JSON.readTree(answer.body());
        } catch (HttpTimeoutException e) {
            throw new Failed(post(shown) + "context deadline exceeded");
        } catch (ConnectException e) {
            throw new Failed(post(shown) + dial(config) + "connect: connection refused");
        } catch (JacksonException e) {
            throw new Failed(
                    "expected webhook response of admission.k8s.io/v1 AdmissionReview, got "
                            + e.getOriginalMessage());
        } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
            throw new Failed(post(shown) + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Failed(post(shown) + "the caller has gone");
        }
    }

    private String dial(JsonNode config) {
        var url = url(config);
        return url == null
                ? ""
                : "dial tcp "
                        + url.getHost()
                        + ":"
                        + (url.getPort() < 0 ? 443 : url.getPort())
                        + ": ";
    }

    private static String post(String url) {
        return "failed to call webhook: Post \"" + url + "\": ";
    }

    private static String shown(JsonNode config, int timeout) {
        var service = config.path("service");
        var url =
                config.has("url")
                        ? config.path("url").asString("")
                        : "https://"
                                + host(service)
                                + ":"
                                + service.path("port").asInt(443)
                                + service.path("path").asString("/");
        return url + "?timeout=" + timeout + "s";
    }

    private static String host(JsonNode service) {
        return service.path("name").asString("")
                + "."
                + service.path("namespace").asString("")
                + ".svc";
    }

    private @org.jspecify.annotations.Nullable URI url(JsonNode config) {
        if (config.has("url")) {
            return URI.create(config.path("url").asString(""));
        }
        var service = config.path("service");
        return services.url(
                service.path("namespace").asString(""),
                service.path("name").asString(""),
                service.path("port").asInt(443),
                service.path("path").asString("/"));
    }

    private HttpClient client(JsonNode config, URI url)
            throws GeneralSecurityException, IOException {
        var name = config.has("url") ? url.getHost() : host(config.path("service"));
        var trust = new Trust(config.path("caBundle").asString(""), name);
        var known = clients.get(trust);
        if (known != null) {
            return known;
        }
        var made =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .connectTimeout(Duration.ofSeconds(5))
                        .sslContext(
                                WebhookTls.context(
                                        Base64.getDecoder().decode(trust.caBundle), trust.name))
                        .build();
        var first = clients.putIfAbsent(trust, made);
        if (first != null) {
            made.close();
            return first;
        }
        return made;
    }

    @Override
    public void close() {
        clients.values().forEach(HttpClient::shutdownNow);
        clients.clear();
    }
}
