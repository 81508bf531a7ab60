package dev.serin.local.api.custom;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.base.chance.Draws;
import dev.serin.base.time.Ticker;
import dev.serin.config.Resource;
import dev.serin.config.ResourceKey;
import dev.serin.config.ResourceKind;
import dev.serin.local.api.LocalApi;
import dev.serin.local.api.Refusal;
import dev.serin.local.api.ResourceClient;
import dev.serin.testkit.Eventually;
import dev.serin.testkit.NothingLeft;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import java.nio.file.Path;
import java.time.Duration;

/// Definitions from their creation to the end of their kinds, without the wire.
@ExtendWith(NothingLeft.class)
class DefinitionsTest {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final ResourceKind DEFINITIONS =
            new ResourceKind(
                    "apiextensions.k8s.io",
                    "v1",
                    "CustomResourceDefinition",
                    "customresourcedefinitions",
                    false);
    private static final ResourceKind WIDGETS =
            new ResourceKind("example.com", "v1", "Widget", "widgets", true);
    private static final ResourceKey DEFINITION =
            new ResourceKey(DEFINITIONS.family(), "", "widgets.example.com");
    private static final ResourceKey ONE = new ResourceKey(WIDGETS.family(), "default", "one");

    @TempDir Path folder;
    private LocalApi api;
    private ResourceClient client;

    @BeforeEach
    void open() {
        api = new LocalApi(new LocalApi.Options(folder, Ticker.system(), Draws.system()));
        client = api.client("test");
    }

    @AfterEach
    void close() {
        api.close();
    }

    @Test
    void aKindIsServedOnceItsDefinitionIsEstablishedAndAfterANewStart() {
        var early = assertThrows(Refusal.class, () -> client.create(widget("{}")));
        assertEquals(404, early.code());
        client.create(definition("widgets", "Widget", "[wd]", ""));
        established(DEFINITION);
        var made = client.create(widget("{\"image\":\"web\"}"));
        assertEquals(1, made.spec().path("replicas").asInt());
        close();
        open();
        assertEquals("web", client.get(ONE).spec().path("image").asString());
        assertEquals(422, refused("{\"image\":\"WEB\"}").code());
    }

    @Test
    void whatIsWrongIsSaidInKubernetesWords() {
        client.create(definition("widgets", "Widget", "[]", ""));
        established(DEFINITION);
        assertEquals(
                "Widget.example.com \"one\" is invalid: spec.image: Invalid value: \"WEB\":"
                        + " spec.image in body should match '^[a-z]+$'",
                refused("{\"image\":\"WEB\"}").getMessage());
        assertEquals(
                "Widget.example.com \"one\" is invalid: spec.image: Required value",
                refused("{}").getMessage());
        assertEquals(
                "Widget.example.com \"one\" is invalid: spec.replicas: Invalid value: \"string\":"
                        + " spec.replicas in body must be of type integer: \"string\"",
                refused("{\"image\":\"web\",\"replicas\":\"2\"}").getMessage());
    }

    @Test
    void aSchemaThatBecomesStricterLetsBeWhatIsNotChanged() {
        client.create(definition("widgets", "Widget", "[]", ""));
        established(DEFINITION);
        client.create(widget("{\"image\":\"web\",\"replicas\":9}"));
        var stricter = client.get(DEFINITION).body().deepCopy();
        ((ObjectNode)
                        stricter.at(
                                "/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/replicas"))
                .put("maximum", 5);
        client.update(new Resource(DEFINITIONS, stricter));
        var changed = client.get(ONE).body().deepCopy();
        changed.withObject("/spec").put("image", "api");
        // The kind follows its definition a moment later.
        Eventually.eventually(
                SOON, "stricter", () -> refusedWith("{\"image\":\"x\",\"replicas\":9}"));
        assertEquals(
                "api",
                client.update(new Resource(WIDGETS, changed)).spec().path("image").asString());
        changed.withObject("/spec").put("replicas", 8);
        changed.withObject("/metadata").remove("resourceVersion");
        assertThrows(Refusal.class, () -> client.update(new Resource(WIDGETS, changed)));
    }

    @Test
    void namesAreTakenOnce() {
        client.create(definition("widgets", "Widget", "[wd]", ""));
        established(DEFINITION);
        client.create(definition("gadgets", "Gadget", "[wd]", ""));
        var other = new ResourceKey(DEFINITIONS.family(), "", "gadgets.example.com");
        Eventually.eventually(
                SOON,
                "the conflict is told",
                () -> condition(other, "NamesAccepted").equals("False ShortNamesConflict"));
        assertEquals("False NotAccepted", condition(other, "Established"));
    }

    @Test
    void aDefinitionTakesItsResourcesAlongAndWaitsForTheirFinalizers() {
        client.create(definition("widgets", "Widget", "[]", ""));
        established(DEFINITION);
        var body = widget("{\"image\":\"web\"}").body();
        body.withObject("/metadata").putArray("finalizers").add("example.com/wait");
        client.create(new Resource(WIDGETS, body));
        client.delete(DEFINITION, null);
        Eventually.eventually(
                SOON,
                "its resource is being deleted",
                () -> client.get(ONE).metadata().has("deletionTimestamp"));
        assertNotNull(client.get(DEFINITION));
        var free = client.get(ONE).body().deepCopy();
        free.withObject("/metadata").remove("finalizers");
        client.update(new Resource(WIDGETS, free));
        Eventually.eventually(SOON, "both are gone", () -> client.get(DEFINITION) == null);
        assertNull(client.get(ONE));
    }

    @Test
    void aConversionByWebhookIsRefused() {
        var conversion =
                "\"conversion\":{\"strategy\":\"Webhook\",\"webhook\":{\"conversionReviewVersions\":[\"v1\"]}},";
        var refusal =
                assertThrows(
                        Refusal.class,
                        () -> client.create(definition("widgets", "Widget", "[]", conversion)));
        assertTrue(
                refusal.getMessage()
                        .contains(
                                "spec.conversion.strategy: Unsupported value: \"Webhook\":"
                                        + " supported values: \"None\""),
                refusal.getMessage());
    }

    private boolean refusedWith(String spec) {
        try {
            client.create(widget("dry", spec));
            client.delete(new ResourceKey(WIDGETS.family(), "default", "dry"), null);
            return false;
        } catch (Refusal refusal) {
            return refusal.code() == 422;
        }
    }

    private Refusal refused(String spec) {
        return assertThrows(Refusal.class, () -> client.create(widget(spec)));
    }

    private void established(ResourceKey definition) {
        Eventually.eventually(
                SOON,
                "it is established",
                () -> condition(definition, "Established").equals("True InitialNamesAccepted"));
    }

    private String condition(ResourceKey definition, String type) {
        for (var one : client.get(definition).status().path("conditions")) {
            if (one.path("type").asString().equals(type)) {
                return one.path("status").asString() + " " + one.path("reason").asString();
            }
        }
        return "";
    }

    private static Resource widget(String spec) {
        return widget("one", spec);
    }

    private static Resource widget(String name, String spec) {
        return new Resource(
                WIDGETS,
                json(
                        """
                        {"apiVersion":"example.com/v1","kind":"Widget",
                         "metadata":{"name":"%s","namespace":"default"},"spec":%s}
                        """
                                .formatted(name, spec)));
    }

    private static Resource definition(String plural, String kind, String shorts, String more) {
        return new Resource(
                DEFINITIONS,
                json(
                        """
                        {"metadata":{"name":"%s.example.com"},
                         "spec":{"group":"example.com","scope":"Namespaced",%s
                         "names":{"plural":"%s","kind":"%s","shortNames":%s},
                         "versions":[{"name":"v1","served":true,"storage":true,
                          "schema":{"openAPIV3Schema":{"type":"object","properties":{"spec":{
                           "type":"object","required":["image"],"properties":{
                            "image":{"type":"string","pattern":"^[a-z]+$"},
                            "replicas":{"type":"integer","default":1}}}}}}}]}}
                        """
                                .formatted(
                                        plural,
                                        more,
                                        plural,
                                        kind,
                                        shorts.equals("[]") ? "[]" : "[\"wd\"]")));
    }

    private static ObjectNode json(String text) {
        return (ObjectNode) JsonMapper.shared().readTree(text);
    }
}
