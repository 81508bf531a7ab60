import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Base64;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/// The little of the mesh's Kubernetes API that is needed here.
final class Api implements AutoCloseable {
    private static final String MAPS = "/api/v1/namespaces/default/configmaps";

    private final String server;
    private final String token;
    private final HttpClient client;

    Api(String kubeconfig) throws GeneralSecurityException, IOException {
        this.server = word(kubeconfig, "server");
        this.token = word(kubeconfig, "token");
        var keys = KeyStore.getInstance(KeyStore.getDefaultType());
        keys.load(null, null);
        var ca = new ByteArrayInputStream(Base64.getDecoder().decode(word(kubeconfig, "certificate-authority-data")));
        keys.setCertificateEntry("ca", CertificateFactory.getInstance("X.509").generateCertificate(ca));
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(keys);
        var tls = SSLContext.getInstance("TLS");
        tls.init(null, trust.getTrustManagers(), null);
        this.client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).sslContext(tls).connectTimeout(Duration.ofSeconds(3)).build();
    }

    void scale(String deployment, int replicas) throws IOException {
        var path = "/apis/apps/v1/namespaces/default/deployments/" + deployment + "/scale";
        var answer = ask("PATCH", path, "{\"spec\":{\"replicas\":" + replicas + "}}", "application/merge-patch+json");
        if (answer.statusCode() != 200) {
            throw new IOException(answer.body());
        }
    }

    /// Whether it was acknowledged.
    boolean create(String name) throws IOException {
        return ask("POST", MAPS, "{\"metadata\":{\"name\":\"" + name + "\"},\"data\":{\"n\":\"" + name + "\"}}", "application/json").statusCode() == 201;
    }

    Set<String> names() throws IOException {
        var names = new TreeSet<String>();
        var matcher = Pattern.compile("\"name\":\\s*\"(written-\\d+)\"").matcher(ask("GET", MAPS, "", "application/json").body());
        while (matcher.find()) {
            names.add(matcher.group(1));
        }
        return names;
    }

    /// How many pods of Deployments are ready, in all namespaces.
    int ready() throws IOException {
        var body = ask("GET", "/apis/apps/v1/deployments", "", "application/json").body();
        return Pattern.compile("\"readyReplicas\":\\s*(\\d+)").matcher(body).results().mapToInt(r -> Integer.parseInt(r.group(1))).sum();
    }

    /// How many pods of an `app` there are, ready or not.
    int pods(String app) throws IOException {
        var body = ask("GET", "/api/v1/namespaces/default/pods?labelSelector=app%3D" + app, "", "application/json").body();
        return (int) Pattern.compile("\"podIP\":").matcher(body).results().count();
    }

    /// As `kubectl rollout restart`.
    void restart(String deployment) throws IOException {
        var template = "{\"spec\":{\"template\":{\"metadata\":{\"annotations\":{\"kubectl.kubernetes.io/restartedAt\":\"" + System.currentTimeMillis() + "\"}}}}}";
        var answer = ask("PATCH", "/apis/apps/v1/namespaces/default/deployments/" + deployment, template, "application/merge-patch+json");
        if (answer.statusCode() != 200) {
            throw new IOException(answer.body());
        }
    }

    /// How many pods of the newest template are ready, once the controller has seen it.
    int updated(String deployment) throws IOException {
        var body = ask("GET", "/apis/apps/v1/namespaces/default/deployments/" + deployment, "", "application/json").body();
        return number(body, "observedGeneration") < number(body, "generation") ? 0
                : Math.min(number(body, "updatedReplicas"), number(body, "availableReplicas"));
    }

    private static int number(String body, String field) {
        var found = Pattern.compile("\"" + field + "\":\\s*(\\d+)").matcher(body);
        return found.find() ? Integer.parseInt(found.group(1)) : 0;
    }

    private HttpResponse<String> ask(String method, String path, String body, String type) throws IOException {
        var publisher = body.isEmpty() ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body);
        var request = HttpRequest.newBuilder(URI.create(server + path)).timeout(Duration.ofSeconds(10)).method(method, publisher)
                .header("authorization", "Bearer " + token).header("content-type", type).build();
        try {
            return client.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    private static String word(String kubeconfig, String name) {
        return kubeconfig.lines().map(String::strip).filter(l -> l.startsWith(name + ": ")).map(l -> l.substring(name.length() + 2)).findFirst().orElseThrow();
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
