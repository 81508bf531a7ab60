package dev.serin.local.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;

import dev.serin.base.chance.Draws;
import dev.serin.base.time.Ticker;
import dev.serin.config.Resource;
import dev.serin.config.ResourceKind;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// The call that injects sidecars: what is sent, how the answer is applied, what a failure does.
class WebhookTest {
    private static final ResourceKind PODS = new ResourceKind("", "v1", "Pod", "pods", true);
    private static final ResourceKind NAMESPACES =
            new ResourceKind("", "v1", "Namespace", "namespaces", false);
    private static final ResourceKind WEBHOOKS =
            new ResourceKind(
                    "admissionregistration.k8s.io",
                    "v1",
                    "MutatingWebhookConfiguration",
                    "mutatingwebhookconfigurations",
                    false);

    @TempDir Path folder;
    private final List<JsonNode> asked = new CopyOnWriteArrayList<>();
    private HttpsServer server;
    private TestKeys keys;
    private LocalApi api;
    private ResourceClient client;

    @BeforeEach
    void open() throws Exception {
        // The name of the Service, not of the host that is connected to.
        keys = TestKeys.make(folder, "dns:injector.mesh.svc");
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(keys.serving()));
        server.createContext(
                "/inject",
                exchange -> {
                    var review = JsonMapper.shared().readTree(exchange.getRequestBody());
                    asked.add(review);
                    var answer = answer(review).getBytes(StandardCharsets.UTF_8);
                    exchange.sendResponseHeaders(200, answer.length);
                    exchange.getResponseBody().write(answer);
                    exchange.close();
                });
        server.start();
        var url = "https://127.0.0.1:" + server.getAddress().getPort();
        api =
                new LocalApi(
                        new LocalApi.Options(
                                folder,
                                Ticker.system(),
                                Draws.system(),
                                "10.96.0.0/16",
                                "",
                                PodLogs.NONE,
                                PodStreams.NONE,
                                Usage.NONE,
                                (namespace, service, port, path) ->
                                        service.equals("injector") ? URI.create(url + path) : null,
                                _ -> {}));
        client = api.client("test");
    }

    @AfterEach
    void close() {
        api.close();
        server.stop(0);
    }

    @Test
    void aPodOfALabelledNamespaceIsChangedAndOthersAreNot() {
        configure("injector", "Fail");
        client.create(
                new Resource(
                        NAMESPACES,
                        json("{'metadata':{'name':'mesh','labels':{'inject':'yes'}}}")));
        var pod = client.create(pod("mesh", "a"));
        assertEquals("istio-proxy", pod.spec().at("/containers/1/name").asString());
        // What the webhook added has its defaults too.
        assertEquals("IfNotPresent", pod.spec().at("/containers/1/imagePullPolicy").asString());
        assertEquals(1, client.create(pod("default", "a")).spec().path("containers").size());
        assertEquals(1, asked.size());
        var request = asked.getFirst().path("request");
        assertEquals("CREATE", request.path("operation").asString());
        assertEquals("pods", request.at("/resource/resource").asString());
        assertEquals("mesh", request.path("namespace").asString());
        assertEquals("system:test", request.at("/userInfo/username").asString());
        assertEquals("a", request.at("/object/spec/containers/0/name").asString());
    }

    @Test
    void aDenialIsTheWritersRefusal() {
        configure("injector", "Fail");
        client.create(
                new Resource(
                        NAMESPACES,
                        json("{'metadata':{'name':'mesh','labels':{'inject':'yes'}}}")));
        var denied = assertThrows(Refusal.class, () -> client.create(pod("mesh", "denied")));
        assertEquals(403, denied.code());
        assertEquals(
                "admission webhook \"inject.example.org\" denied the request: not here",
                denied.getMessage());
    }

    @Test
    void aFailureRefusesOrIsPassedOverByPolicy() {
        client.create(
                new Resource(
                        NAMESPACES,
                        json("{'metadata':{'name':'mesh','labels':{'inject':'yes'}}}")));
        configure("nowhere", "Fail");
        var refused = assertThrows(Refusal.class, () -> client.create(pod("mesh", "a")));
        assertEquals(500, refused.code());
        assertTrue(
                refused.getMessage()
                        .startsWith(
                                "Internal error occurred: failed calling webhook"
                                        + " \"inject.example.org\": failed to call webhook: Post"
                                        + " \"https://nowhere.mesh.svc:443/inject?timeout=3s\":"),
                refused.getMessage());
        var key = client.list(WEBHOOKS, null, java.util.Map.of()).getFirst().key();
        client.delete(key, null);
        configure("nowhere", "Ignore");
        assertEquals(1, client.create(pod("mesh", "a")).spec().path("containers").size());
    }

    private void configure(String service, String policy) {
        var body =
                json(
                        """
                        {'metadata':{'name':'injector'},'webhooks':[{'name':'inject.example.org',
                        'admissionReviewVersions':['v1'],'sideEffects':'None','timeoutSeconds':3,
                        'failurePolicy':'%s','clientConfig':{'service':{'name':'%s',
                        'namespace':'mesh','path':'/inject'}},
                        'namespaceSelector':{'matchLabels':{'inject':'yes'}},
                        'rules':[{'operations':['CREATE'],'apiGroups':[''],'apiVersions':['v1'],
                        'resources':['pods']}]}]}\
                        """
                                .formatted(policy, service));
        ((ObjectNode) body.at("/webhooks/0/clientConfig"))
                .put(
                        "caBundle",
                        Base64.getEncoder()
                                .encodeToString(
                                        keys.certificate().getBytes(StandardCharsets.US_ASCII)));
        client.create(new Resource(WEBHOOKS, body));
    }

    private static String answer(JsonNode review) {
        var answer = JsonMapper.shared().createObjectNode();
        answer.put("apiVersion", "admission.k8s.io/v1").put("kind", "AdmissionReview");
        var response = answer.putObject("response");
        response.set("uid", review.at("/request/uid"));
        if (review.at("/request/name").asString().equals("denied")) {
            response.put("allowed", false).putObject("status").put("message", "not here");
        } else {
            var patch =
                    "[{\"op\":\"add\",\"path\":\"/spec/containers/-\",\"value\":"
                            + "{\"name\":\"istio-proxy\",\"image\":\"proxy:1\"}}]";
            response.put("allowed", true).put("patchType", "JSONPatch");
            response.put(
                    "patch",
                    Base64.getEncoder().encodeToString(patch.getBytes(StandardCharsets.UTF_8)));
        }
        return answer.toString();
    }

    private static Resource pod(String namespace, String name) {
        return new Resource(
                PODS,
                json(
                        "{'metadata':{'name':'%s','namespace':'%s'},'spec':{'containers':[{'name':'a','image':'b:1'}]}}"
                                .formatted(name, namespace)));
    }

    private static ObjectNode json(String text) {
        return (ObjectNode) JsonMapper.shared().readTree(text.replace('\'', '"'));
    }
}
