package dev.serin.local.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.base.chance.Draws;
import dev.serin.base.time.Ticker;
import dev.serin.local.api.wire.Sockets;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;

/// The forms on the wire that kubectl relies on, asked by hand.
class RestTest {
    private static final String TABLE =
            "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";
    private static final String MAPS = "/api/v1/namespaces/default/configmaps";
    private static final String DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments";

    @TempDir static Path folder;
    private static LocalApi api;
    private static HttpClient client;
    private static String root;

    @BeforeAll
    static void open() throws Exception {
        var keys = TestKeys.make(folder, "ip:127.0.0.1");
        api = new LocalApi(new LocalApi.Options(folder, Ticker.system(), Draws.system()));
        var address =
                api.start(
                        Sockets.ofMachine(),
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        keys.server(),
                        "secret");
        root = "https://127.0.0.1:" + address.getPort();
        client =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .sslContext(keys.trusting())
                        .build();
    }

    @AfterAll
    static void close() {
        client.shutdownNow();
        api.close();
    }

    @Test
    void discoveryIsServedInBothFormsAndKnowsItsTag() throws Exception {
        var aggregated = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
        var first = ask("GET", "/apis", null, "accept", aggregated);
        assertEquals(aggregated, first.headers().firstValue("content-type").orElseThrow());
        var apps = find(json(first).path("items"), "/metadata/name", "apps");
        var deployments = find(apps.at("/versions/0/resources"), "/resource", "deployments");
        assertEquals("Deployment", deployments.at("/responseKind/kind").asString());
        assertEquals(
                "Scale",
                find(deployments.path("subresources"), "/subresource", "scale")
                        .at("/responseKind/kind")
                        .asString());
        var tag = first.headers().firstValue("etag").orElseThrow();
        var again = ask("GET", "/apis", null, "accept", aggregated, "if-none-match", tag);
        assertEquals(304, again.statusCode());
        var legacy = json(ask("GET", "/apis/apps/v1", null));
        assertEquals("APIResourceList", legacy.path("kind").asString());
        assertNotNull(find(legacy.path("resources"), "/name", "deployments/scale"));
    }

    @Test
    void healthIsAWordOrALineACheck() throws Exception {
        assertEquals("ok", text("/livez"));
        assertEquals("[+]ping ok\n[+]store ok\nreadyz check passed\n", text("/readyz?verbose"));
        assertEquals("ok", text("/livez/ping"));
        assertEquals(404, ask("GET", "/livez/nothing", null).statusCode());
    }

    @Test
    void whoAcceptsYamlFirstGetsIt() throws Exception {
        var answer = ask("GET", "/api/v1/namespaces/default", null, "accept", "application/yaml");
        assertEquals("application/yaml", answer.headers().firstValue("content-type").orElseThrow());
        var lines = text(answer).lines().toList();
        assertEquals(List.of("apiVersion: v1", "kind: Namespace"), lines.subList(0, 2));
        var made = lines.stream().filter(l -> l.contains("creationTimestamp")).findFirst();
        // An older reader of YAML would make a time of it.
        assertTrue(made.orElseThrow().matches("  creationTimestamp: \"[^\"]+\""), made.get());
    }

    @Test
    void everyGroupInEachVersionIsListedAndNobodyAddsOne() throws Exception {
        var services = "/apis/apiregistration.k8s.io/v1/apiservices";
        var apps = json(ask("GET", services + "/v1.apps", null));
        assertEquals("Available", apps.at("/status/conditions/0/type").asString());
        assertNotNull(
                find(json(ask("GET", services, null)).path("items"), "/metadata/name", "v1."));
        assertEquals(405, ask("POST", services, "{}").statusCode());
        var watched = text(services + "?watch=true&timeoutSeconds=1");
        assertTrue(watched.contains("\"name\":\"v1.apps\""), watched);
    }

    private String text(String path) throws Exception {
        return new String(ask("GET", path, null).body(), java.nio.charset.StandardCharsets.UTF_8);
    }

    @Test
    void openApiHasThePatchOperationsThatKubectlLooksFor() throws Exception {
        var index = json(ask("GET", "/openapi/v3", null));
        var url = index.path("paths").path("apis/apps/v1").path("serverRelativeURL").asString();
        var document = json(ask("GET", url, null));
        var patch =
                document.path("paths")
                        .path("/apis/apps/v1/namespaces/{namespace}/deployments/{name}")
                        .path("patch");
        assertEquals(
                "Deployment",
                patch.path("x-kubernetes-group-version-kind").path("kind").asString());
        assertNotNull(find(patch.path("parameters"), "/name", "fieldValidation"));
        var containers =
                document.path("components")
                        .path("schemas")
                        .path("io.k8s.api.core.v1.PodSpec")
                        .path("properties")
                        .path("containers");
        assertEquals("name", containers.path("x-kubernetes-patch-merge-key").asString());
    }

    @Test
    void refusalsAreStatusesInKubernetesWords() throws Exception {
        var missing = ask("GET", DEPLOYMENTS + "/none", null);
        assertEquals(404, missing.statusCode());
        assertEquals("deployments.apps \"none\" not found", message(missing));
        assertEquals("deployments", json(missing).at("/details/kind").asString());
        var unknown =
                ask(
                        "POST",
                        DEPLOYMENTS + "?fieldValidation=Strict",
                        deployment("a", "replica", "1"));
        assertEquals(400, unknown.statusCode());
        assertEquals(
                "Deployment in version \"v1\" cannot be handled as a Deployment: strict decoding"
                        + " error: unknown field \"spec.replica\"",
                message(unknown));
        var wrong = ask("POST", DEPLOYMENTS, deployment("a", "replicas", "\"x\""));
        assertEquals(
                "Deployment in version \"v1\" cannot be handled as a Deployment: json: cannot"
                        + " unmarshal string into Go struct field DeploymentSpec.spec.replicas of"
                        + " type int32",
                message(wrong));
        var negative = ask("POST", DEPLOYMENTS, deployment("a", "replicas", "-1"));
        assertEquals(422, negative.statusCode());
        assertEquals(
                "Deployment.apps \"a\" is invalid: spec.replicas: Invalid value: -1: must be"
                        + " greater than or equal to 0",
                message(negative));
        assertEquals(406, ask("GET", MAPS, null, "accept", "text/plain").statusCode());
        assertEquals(415, ask("POST", MAPS, "hello", "content-type", "text/plain").statusCode());
        assertEquals(405, ask("PUT", MAPS, "{}").statusCode());
        assertEquals("404 page not found\n", text(ask("GET", "/apis/nope/v1/x", null)));
    }

    @Test
    void withoutATokenNothingIsAnsweredAndAWrongOneIsUnauthorized() throws Exception {
        var nobody = ask("GET", MAPS, null, "authorization", "");
        assertEquals(403, nobody.statusCode());
        assertEquals(
                "configmaps is forbidden: User \"system:anonymous\" cannot list resource"
                        + " \"configmaps\" in API group \"\" in the namespace \"default\"",
                message(nobody));
        var wrong = ask("GET", MAPS, null, "authorization", "Bearer wrong");
        assertEquals(401, wrong.statusCode());
    }

    @Test
    void unknownFieldsAreWarnedOfWhenTheWriterWantsSo() throws Exception {
        var warned =
                ask(
                        "POST",
                        DEPLOYMENTS + "?fieldValidation=Warn&dryRun=All",
                        deployment("b", "replica", "1"));
        assertEquals(201, warned.statusCode());
        assertEquals(
                "299 - \"unknown field \\\"spec.replica\\\"\"",
                warned.headers().firstValue("warning").orElseThrow());
        assertEquals(404, ask("GET", DEPLOYMENTS + "/b", null).statusCode());
    }

    @Test
    void aDeploymentOfTheOldGroupBecomesOneOfApps() throws Exception {
        var body =
                """
                {"metadata":{"name":"old"},"spec":{"template":{"metadata":{"labels":{"app":"old"}},
                "spec":{"containers":[{"name":"a","image":"b:1"}]}}}}\
                """;
        var made = ask("POST", "/apis/extensions/v1beta1/namespaces/default/deployments", body);
        assertEquals(201, made.statusCode(), text(made));
        assertTrue(made.headers().firstValue("warning").orElse("").contains("use apps/v1"));
        var stored = json(ask("GET", DEPLOYMENTS + "/old", null));
        assertEquals("apps/v1", stored.path("apiVersion").asString());
        assertEquals("old", stored.at("/spec/selector/matchLabels/app").asString());
    }

    @Test
    void protobufBodiesAreRead() throws Exception {
        // k8s\0, Unknown{typeMeta{"v1","ConfigMap"}, raw: ConfigMap{metadata{name:"pb"},
        // data{"color":"blue"}}}, as kubectl sends it.
        var data = "0a05636f6c6f721204626c7565";
        var map = "0a040a027062" + "120d" + data;
        var body = "6b387300" + "0a0f" + "0a027631" + "1209" + hex("ConfigMap") + "1215" + map;
        var request =
                request(MAPS, "content-type", "application/vnd.kubernetes.protobuf")
                        .POST(HttpRequest.BodyPublishers.ofByteArray(HexFormat.of().parseHex(body)))
                        .build();
        var made = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
        assertEquals(201, made.statusCode(), text(made));
        assertEquals("blue", json(ask("GET", MAPS + "/pb", null)).at("/data/color").asString());
    }

    @Test
    void tablesHaveTheColumnsOfTheirKind() throws Exception {
        ask("POST", MAPS, "{\"metadata\":{\"name\":\"t\"},\"data\":{\"a\":\"1\",\"b\":\"2\"}}");
        var table =
                json(ask("GET", MAPS + "?fieldSelector=metadata.name%3Dt", null, "accept", TABLE));
        assertEquals("Table", table.path("kind").asString());
        assertEquals("Data", table.at("/columnDefinitions/1/name").asString());
        assertEquals("t", table.at("/rows/0/cells/0").asString());
        assertEquals(2, table.at("/rows/0/cells/1").asInt());
        assertEquals("PartialObjectMetadata", table.at("/rows/0/object/kind").asString());
    }

    @Test
    void pagesOfOneListAreOfOneRevision() throws Exception {
        for (var name : new String[] {"p1", "p2", "p3"}) {
            ask("POST", MAPS, named(name, "page"));
        }
        var query = MAPS + "?labelSelector=set%3Dpage&limit=2";
        var first = json(ask("GET", query, null));
        assertEquals(1, first.at("/metadata/remainingItemCount").asInt());
        ask("POST", MAPS, named("p4", "page"));
        var next = first.at("/metadata/continue").asString();
        var second = json(ask("GET", query + "&continue=" + next, null));
        assertEquals(1, second.path("items").size());
        assertEquals("p3", second.at("/items/0/metadata/name").asString());
        assertEquals(first.at("/metadata/resourceVersion"), second.at("/metadata/resourceVersion"));
        assertEquals(400, ask("GET", MAPS + "?limit=1&continue=zzz", null).statusCode());
    }

    @Test
    void patchesOfEveryFormAndOneThatChangesNothing() throws Exception {
        ask("POST", DEPLOYMENTS, deployment("p", "replicas", "1"));
        var path = DEPLOYMENTS + "/p";
        var strategic =
                patch(
                        path,
                        "strategic-merge-patch+json",
                        """
                        {"spec":{"template":{"spec":{"$setElementOrder/containers":[{"name":"b"},
                        {"name":"a"}],"containers":[{"name":"b","image":"c:2"}]}}}}\
                        """);
        var containers = strategic.at("/spec/template/spec/containers");
        assertEquals(2, containers.size(), strategic.toString());
        assertEquals("b", containers.get(0).path("name").asString());
        assertEquals("b:1", containers.get(1).path("image").asString());
        assertEquals(2, strategic.at("/metadata/generation").asInt());
        var merged = patch(path, "merge-patch+json", "{\"metadata\":{\"labels\":{\"x\":\"y\"}}}");
        assertEquals(2, merged.at("/metadata/generation").asInt());
        var same = patch(path, "merge-patch+json", "{\"metadata\":{\"labels\":{\"x\":\"y\"}}}");
        assertEquals(merged.at("/metadata/resourceVersion"), same.at("/metadata/resourceVersion"));
        var jsonPatch =
                patch(
                        path,
                        "json-patch+json",
                        """
                        [{"op":"test","path":"/spec/replicas","value":1},
                         {"op":"replace","path":"/spec/replicas","value":3}]\
                        """);
        assertEquals(3, jsonPatch.at("/spec/replicas").asInt());
        var scale = json(ask("GET", path + "/scale", null));
        assertEquals(3, scale.at("/spec/replicas").asInt());
    }

    @Test
    void anApplyOwnsWhatItSaysAndOthersMustForceIt() throws Exception {
        var path = MAPS + "/applied?fieldManager=";
        var both = "{\"metadata\":{\"name\":\"applied\"},\"data\":{\"a\":\"1\",\"b\":\"1\"}}";
        var apply = new String[] {"content-type", "application/apply-patch+yaml"};
        assertEquals(201, ask("PATCH", path + "one", both, apply).statusCode());
        var again = json(ask("PATCH", path + "one", both, apply));
        var other = "{data: {a: '2'}}";
        var conflict = ask("PATCH", path + "two", other, apply);
        assertEquals(409, conflict.statusCode());
        assertEquals(
                "Apply failed with 1 conflict: conflict with \"one\": .data.a", message(conflict));
        var forced = json(ask("PATCH", path + "two&force=true", other, apply));
        assertEquals("2", forced.at("/data/a").asString());
        assertFalse(
                again.at("/metadata/resourceVersion")
                        .equals(forced.at("/metadata/resourceVersion")));
        // What its manager says no more goes; what another says stays.
        var less = json(ask("PATCH", path + "one", "{data: {}}", apply));
        assertEquals("{\"a\":\"2\"}", less.path("data").toString());
    }

    @Test
    void aWatchTellsWhatBeginsAndEndsToMatch() throws Exception {
        var version = json(ask("GET", MAPS, null)).at("/metadata/resourceVersion").asString();
        var request =
                request(
                                MAPS
                                        + "?watch=1&timeoutSeconds=20&labelSelector=set%3Dwatch&resourceVersion="
                                        + version)
                        .build();
        var answer = client.send(request, HttpResponse.BodyHandlers.ofInputStream());
        try (var lines =
                new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8))) {
            ask("POST", MAPS, named("w", "watch"));
            assertEquals("ADDED", event(lines));
            patch(MAPS + "/w", "merge-patch+json", "{\"data\":{\"a\":\"1\"}}");
            assertEquals("MODIFIED", event(lines));
            patch(MAPS + "/w", "merge-patch+json", "{\"metadata\":{\"labels\":{\"set\":\"x\"}}}");
            assertEquals("DELETED", event(lines));
            ask("DELETE", MAPS + "/w", "{\"propagationPolicy\":\"Background\"}");
        }
    }

    @Test
    void aServiceKeepsItsAddressAndNoTwoHaveTheSame() throws Exception {
        var services = "/api/v1/namespaces/default/services";
        var body = "{\"metadata\":{\"name\":\"%s\"},\"spec\":{%s\"ports\":[{\"port\":80}]}}";
        var one = json(ask("POST", services, body.formatted("one", "")));
        var two = json(ask("POST", services, body.formatted("two", "")));
        var address = one.at("/spec/clusterIP").asString();
        assertTrue(address.startsWith("10.96."), address);
        assertFalse(address.equals(two.at("/spec/clusterIP").asString()));
        var kept = json(ask("PUT", services + "/one", body.formatted("one", "")));
        assertEquals(address, kept.at("/spec/clusterIP").asString());
        var asked = "\"clusterIP\":\"" + address + "\",";
        assertEquals(422, ask("POST", services, body.formatted("three", asked)).statusCode());
    }

    @Test
    void theApiIsAServiceOfItsOwn() throws Exception {
        var own = json(ask("GET", "/api/v1/namespaces/default/services/kubernetes", null));
        assertEquals("10.96.0.1", own.at("/spec/clusterIP").asString());
        assertEquals(443, own.at("/spec/ports/0/port").asInt());
        var taken =
                "{\"metadata\":{\"name\":\"thief\"},\"spec\":{\"clusterIP\":\"10.96.0.1\",\"ports\":[{\"port\":80}]}}";
        assertEquals(422, ask("POST", "/api/v1/namespaces/default/services", taken).statusCode());
    }

    @Test
    void tokensOfServiceAccountsAreIssuedAndRead() throws Exception {
        var accounts = "/api/v1/namespaces/default/serviceaccounts";
        ask("POST", accounts, "{\"metadata\":{\"name\":\"bot\"}}");
        var issued =
                json(
                        ask(
                                "POST",
                                accounts + "/bot/token",
                                "{\"spec\":{\"audiences\":[\"istio-ca\"]}}"));
        var token = issued.at("/status/token").asString();
        var review = "{\"spec\":{\"token\":\"" + token + "\",\"audiences\":[\"%s\"]}}";
        var reviews = "/apis/authentication.k8s.io/v1/tokenreviews";
        var read = json(ask("POST", reviews, review.formatted("istio-ca")));
        assertTrue(read.at("/status/authenticated").asBoolean(), read.toString());
        assertEquals(
                "system:serviceaccount:default:bot", read.at("/status/user/username").asString());
        var other = json(ask("POST", reviews, review.formatted("elsewhere")));
        assertFalse(other.at("/status/authenticated").asBoolean(false));
        var own = json(ask("POST", accounts + "/bot/token", "{}")).at("/status/token").asString();
        var may = ask("GET", MAPS, null, "authorization", "Bearer " + own);
        assertEquals(403, may.statusCode());
        assertTrue(message(may).contains("User \"system:serviceaccount:default:bot\""));
        // Bound to its account.
        ask("DELETE", accounts + "/bot", null);
        assertEquals(401, ask("GET", MAPS, null, "authorization", "Bearer " + own).statusCode());
    }

    private static String named(String name, String set) {
        return "{\"metadata\":{\"name\":\"" + name + "\",\"labels\":{\"set\":\"" + set + "\"}}}";
    }

    private static String deployment(String name, String field, String value) {
        return """
        {"metadata":{"name":"%s"},"spec":{"%s":%s,"selector":{"matchLabels":{"app":"x"}},
        "template":{"metadata":{"labels":{"app":"x"}},
        "spec":{"containers":[{"name":"a","image":"b:1"}]}}}}\
        """
                .formatted(name, field, value);
    }

    private static String hex(String text) {
        return HexFormat.of().formatHex(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static String event(BufferedReader lines) throws Exception {
        return JsonMapper.shared().readTree(lines.readLine()).path("type").asString();
    }

    private static JsonNode patch(String path, String form, String body) throws Exception {
        var answer = ask("PATCH", path, body, "content-type", "application/" + form);
        assertEquals(200, answer.statusCode(), text(answer));
        return json(answer);
    }

    private static HttpResponse<byte[]> ask(
            String method, String path, String body, String... headers) throws Exception {
        var publisher =
                body == null
                        ? HttpRequest.BodyPublishers.noBody()
                        : HttpRequest.BodyPublishers.ofString(body);
        return client.send(
                request(path, headers).method(method, publisher).build(),
                HttpResponse.BodyHandlers.ofByteArray());
    }

    private static HttpRequest.Builder request(String path, String... headers) {
        var request = HttpRequest.newBuilder(URI.create(root + path));
        request.header("authorization", "Bearer secret");
        for (int i = 0; i < headers.length; i += 2) {
            if (headers[i + 1].isEmpty()) {
                request = HttpRequest.newBuilder(URI.create(root + path));
            } else {
                request.setHeader(headers[i], headers[i + 1]);
            }
        }
        return request;
    }

    private static JsonNode json(HttpResponse<byte[]> answer) {
        return JsonMapper.shared().readTree(answer.body());
    }

    private static String text(HttpResponse<byte[]> answer) {
        return new String(answer.body(), StandardCharsets.UTF_8);
    }

    private static String message(HttpResponse<byte[]> answer) {
        return json(answer).path("message").asString();
    }

    private static JsonNode find(JsonNode list, String at, String value) {
        for (var item : list) {
            if (item.at(at).asString("").equals(value)) {
                return item;
            }
        }
        return null;
    }
}
