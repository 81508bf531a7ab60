package dev.serin.conformance.recorded;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;

import dev.serin.config.Resource;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.Collection;
import java.util.List;

import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;

/// The webhook that was recorded: it adds a container and an annotation, warns, and denies what
/// asks for that. Where the record has it down, nobody stands at its address.
final class Hook implements AutoCloseable {
    private static final String RECORDED = "127.0.0.1:19443";
    private static final JsonMapper JSON = JsonMapper.shared();

    private final HttpsServer server;
    private final String root;
    private final boolean down;

    Hook(Server.Authority authority, Transcript transcript) throws IOException {
        this.root = authority.root();
        this.down = transcript.err().contains("connection refused");
        this.server =
                HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        try {
            var tls = SSLContext.getInstance("TLS");
            tls.init(new KeyManager[] {authority.keys()}, null, null);
            server.setHttpsConfigurator(new HttpsConfigurator(tls));
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
        server.createContext("/mutate", this::answer);
        server.start();
    }

    /// What a play holds, its webhooks at this address and with this authority, which the record
    /// has cut.
    Collection<Resource> reached(Collection<Resource> held) {
        return held.stream()
                .map(r -> r.kind().plural().equals("mutatingwebhookconfigurations") ? at(r) : r)
                .toList();
    }

    private Resource at(Resource configuration) {
        var body = configuration.body().deepCopy();
        var bundle = Base64.getEncoder().encodeToString(root.getBytes(StandardCharsets.UTF_8));
        for (var webhook : body.path("webhooks")) {
            if (webhook.path("clientConfig") instanceof ObjectNode client) {
                client.put("caBundle", bundle);
                var own = "127.0.0.1:" + server.getAddress().getPort();
                var url = client.path("url").asString("");
                client.put("url", down ? url : url.replace(RECORDED, own));
            }
        }
        return new Resource(configuration.kind(), body);
    }

    private void answer(HttpExchange exchange) throws IOException {
        var review = (ObjectNode) JSON.readTree(exchange.getRequestBody().readAllBytes());
        var request = review.path("request");
        review.remove("request");
        var response = review.putObject("response");
        response.set("uid", request.path("uid"));
        judge(request.path("object").path("metadata").path("annotations"), response);
        var bytes = JSON.writeValueAsBytes(review);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private static void judge(JsonNode annotations, ObjectNode response) {
        if (annotations.path("deny").asString("").equals("yes")) {
            response.put("allowed", false)
                    .putObject("status")
                    .put("code", 403)
                    .put("message", "denied by policy");
            return;
        }
        var patch =
                """
                [{"op": "add", "path": "/spec/containers/-", "value":
                   {"name": "mesh-proxy", "image": "localhost/web:1", "env": [{"name": "PORT", "value": "15006"}]}},
                 {"op": "add", "path": "/metadata/annotations", "value": {"mesh.example.org/injected": "true"}}]
                """;
        response.put("allowed", true)
                .put("patchType", "JSONPatch")
                .put(
                        "patch",
                        Base64.getEncoder().encodeToString(patch.getBytes(StandardCharsets.UTF_8)));
        List.of("sidecar was added").forEach(response.putArray("warnings")::add);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
