package dev.serin.local.api.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;

import dev.serin.config.schema.Schemas;
import dev.serin.local.api.kind.Catalogue;

import org.junit.jupiter.api.Test;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.util.ArrayList;
import java.util.List;

/// OpenAPI's version 2: whole, and the same in both forms.
class OpenApiTest {
    private final OpenApi openApi = new OpenApi(new Catalogue(Schemas.load()));
    private final JsonNode document = JsonMapper.shared().readTree(openApi.second(false));

    @Test
    void everyReferenceLeadsToADefinition() {
        var references = new ArrayList<String>();
        gather(document, references);
        assertTrue(references.size() > 1000, () -> "only " + references.size());
        for (var reference : references) {
            assertTrue(reference.startsWith("#/definitions/"), reference);
            var name = reference.substring("#/definitions/".length());
            assertTrue(document.path("definitions").has(name), reference);
        }
    }

    private static void gather(JsonNode node, List<String> references) {
        if (node.path("$ref").isString()) {
            references.add(node.path("$ref").asString());
        }
        node.forEach(inner -> gather(inner, references));
    }

    /// What kubectl looks for: kinds by their group, version and kind; how lists are merged; which
    /// operation takes a dry run.
    @Test
    void itSaysWhatKubectlReads() {
        var deployment = definition("io.k8s.api.apps.v1.Deployment");
        var kind = deployment.path("x-kubernetes-group-version-kind").path(0);
        assertEquals("apps Deployment v1", words(kind, "group", "kind", "version"));
        var containers =
                definition("io.k8s.api.core.v1.PodSpec").path("properties").path("containers");
        assertEquals("name", containers.path("x-kubernetes-patch-merge-key").asString());
        assertEquals("array", containers.path("type").asString());
        var quantity = definition("io.k8s.apimachinery.pkg.api.resource.Quantity");
        assertEquals("string", quantity.path("type").asString());
        var patch =
                document.path("paths")
                        .path("/apis/apps/v1/namespaces/{namespace}/deployments/{name}")
                        .path("patch");
        assertEquals("body", patch.path("parameters").path(0).path("in").asString());
        assertEquals("dryRun", patch.path("parameters").path(1).path("name").asString());
    }

    @Test
    void theProtobufFormSaysTheSame() throws Exception {
        var whole = UnknownFieldSet.parseFrom(openApi.second(true));
        assertEquals("2.0", whole.getField(1).getLengthDelimitedList().getFirst().toStringUtf8());
        var names = new ArrayList<String>();
        for (var entry : inner(whole, 9).getField(1).getLengthDelimitedList()) {
            var one = UnknownFieldSet.parseFrom(entry);
            var name = text(one, 1);
            names.add(name);
            var schema = inner(one, 2);
            var expected = definition(name);
            assertEquals(expected.path("description").asString(""), text(schema, 4), name);
            assertEquals(
                    expected.path("properties").size(),
                    expected.has("properties")
                            ? inner(schema, 25).getField(1).getLengthDelimitedList().size()
                            : 0,
                    name);
        }
        assertEquals(new ArrayList<>(document.path("definitions").propertyNames()), names);
    }

    private static UnknownFieldSet inner(UnknownFieldSet of, int number) throws Exception {
        return UnknownFieldSet.parseFrom(of.getField(number).getLengthDelimitedList().getFirst());
    }

    private static String text(UnknownFieldSet of, int number) {
        return of.getField(number).getLengthDelimitedList().stream()
                .findFirst()
                .map(ByteString::toStringUtf8)
                .orElse("");
    }

    private JsonNode definition(String name) {
        return document.path("definitions").path(name);
    }

    private static String words(JsonNode node, String... names) {
        var words = new ArrayList<String>();
        for (var name : names) {
            words.add(node.path(name).asString());
        }
        return String.join(" ", words);
    }
}
