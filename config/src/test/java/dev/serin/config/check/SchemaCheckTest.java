package dev.serin.config.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.base.chance.Draw;
import dev.serin.config.Manifests;
import dev.serin.config.schema.ObjectType;
import dev.serin.config.schema.Scalar;
import dev.serin.config.schema.Type;
import dev.serin.testkit.ScriptedDraws;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import java.util.ArrayList;
import java.util.List;

class SchemaCheckTest {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private static String service(String spec) {
        return
"""
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: x}
spec:
  %s
"""
                .formatted(spec);
    }

    /// What a person is told of one wrong line.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "hosts: iris | spec.hosts: found \"iris\" (a string); expected: a list of strings;"
                        + " cure: write it as a list: [iris]",
                "hosts: [1] | spec.hosts[0]: found 1 (a number); expected: a string; cure: put it"
                        + " in quotes: \"1\"",
                "hosts: [on] | spec.hosts[0]: found true (a boolean); expected: a string; cure: put"
                        + " it in quotes: \"true\"",
                "http: [{timeout: 5}] | spec.http[0].timeout: found 5 (a number); expected: a"
                        + " duration such as 5s or 250ms; cure: add the unit: 5s",
                "http: [{timeout: '5'}] | spec.http[0].timeout: found \"5\"; expected: a"
                        + " duration with its unit, such as 5s, 250ms or 1h30m",
                "http: {route: []} | spec.http: found a map; expected: a list of HTTPRoute; cure:"
                        + " begin the map with a dash: a list of one",
                "http: [{fault: [1]}] | spec.http[0].fault: found a list; expected: a map with"
                        + " delay, abort; cure: write one HTTPFaultInjection, without a dash",
                "http: [{route: [{weight: 5}]}] | spec.http[0].route[0].destination: not there;"
                        + " expected: Where it goes.; cure: add destination",
                "http: [{route: [{destination: {host: a, weight: 5}}]}] |"
                    + " spec.http[0].route[0].destination.weight: unknown field weight; expected:"
                    + " one of host, subset, port; cure: it belongs to spec.http[0].route[0]: check"
                    + " the indentation",
                "http: [{route: [{host: a, destination: {host: b}}]}] | spec.http[0].route[0].host:"
                    + " unknown field host; expected: one of destination, weight, headers; cure: it"
                    + " belongs to spec.http[0].route[0].destination: check the indentation",
                "http: [{redirect: {derivePort: FROM_REQUEST_PROT}}] |"
                    + " spec.http[0].redirect.derivePort: found \"FROM_REQUEST_PROT\"; expected:"
                    + " one of FROM_PROTOCOL_DEFAULT, FROM_REQUEST_PORT; cure: did you mean"
                    + " FROM_REQUEST_PORT?",
                "http: [{route: [{destination: {host: a}, weight: 4294967296}]}] |"
                        + " spec.http[0].route[0].weight: found 4294967296 (a number); expected: an"
                        + " integer of 32 bits",
                "http: [{retries: {attempts: 1.5}}] | spec.http[0].retries.attempts: found 1.5 (a"
                        + " number); expected: an integer of 32 bits",
            })
    void aPersonIsToldWhatToDo(String line, String told) {
        var manifest = Manifests.one(service(line));
        var violations = SchemaCheck.check(manifest.schema(), manifest.resource().body());

        assertEquals(
                List.of(told),
                violations.stream().map(v -> Wording.problem("", v).text()).toList());
        assertTrue(
                Wording.problem(manifest, violations.getFirst())
                        .text()
                        .startsWith("test.yaml:5: spec."));
    }

    private static List<Violation> deployment(String spec) {
        var manifest =
                Manifests.one(
"""
apiVersion: apps/v1
kind: Deployment
metadata: {name: bad, creationTimestamp: null}
spec:
  selector: {matchLabels: {app: web}}
"""
                                + spec);
        return Validator.checkAll(manifest.schema(), manifest.resource());
    }

    @Test
    void kubectlIsToldInKubernetesForms() {
        var schema = Manifests.SCHEMAS.get("apps/v1", "Deployment");
        var template =
                "  template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web,"
                        + " image: a, imagee: b}]}}\n";

        assertEquals(
                "Deployment in version \"v1\" cannot be handled as a Deployment: strict decoding"
                        + " error: unknown field \"spec.replica\", unknown field"
                        + " \"spec.template.spec.containers[0].imagee\"",
                StatusWording.strictMessage(schema, deployment("  replica: 1\n" + template)));

        var wrong =
                (Violation.WrongType)
                        deployment("  replicas: three\n" + template.replace(", imagee: b", ""))
                                .getFirst();
        assertTrue(StatusWording.isUndecodable(schema, wrong));
        assertEquals(
                "Deployment in version \"v1\" cannot be handled as a Deployment: json: cannot"
                        + " unmarshal string into Go struct field DeploymentSpec.spec.replicas of"
                        + " type int32",
                StatusWording.typeMessage(schema, wrong));

        var fraction =
                (Violation.WrongType)
                        deployment("  replicas: 1.5\n" + template.replace(", imagee: b", ""))
                                .getFirst();
        assertTrue(
                StatusWording.typeMessage(schema, fraction)
                        .contains("cannot unmarshal number 1.5 into Go struct field"));

        var invalid =
                deployment(
                                "  replicas: -1\n"
                                        + template.replace(", imagee: b", "")
                                                .replace("{app: web}", "{app: api}"))
                        .stream()
                        .map(StatusWording::cause)
                        .toList();
        assertEquals(
                "Deployment.apps \"bad\" is invalid: [spec.replicas: Invalid value: -1: must be"
                        + " greater than or equal to 0, spec.template.metadata.labels: Invalid"
                        + " value: {\"app\":\"api\"}: `selector` does not match template `labels`]",
                StatusWording.invalidMessage(schema, "bad", invalid));
    }

    @Test
    void aCustomKindsTypesAreCausesToo() {
        var manifest = Manifests.one(service("hosts: iris"));
        var violation = SchemaCheck.check(manifest.schema(), manifest.resource().body()).getFirst();

        assertEquals(
                new StatusWording.Cause(
                        "FieldValueTypeInvalid",
                        "Invalid value: \"string\": spec.hosts in body must be of type array:"
                                + " \"string\"",
                        "spec.hosts"),
                StatusWording.cause(violation));
        assertEquals(
                "FieldValueNotSupported",
                StatusWording.cause(
                                new Violation.UnknownWord(
                                        "a", NODES.stringNode("x"), List.of("y"), null))
                        .reason());
    }

    /// In a random body of any kind that is right, a field that does not belong is found just where
    /// it was put.
    @Test
    void aStrayFieldIsFoundWhereverItIs() {
        var seed = System.nanoTime();
        var draw = new ScriptedDraws(seed).named("body");
        for (var schema : Manifests.SCHEMAS.all()) {
            for (var round = 0; round < 40; round++) {
                var body = object(schema.type(), draw, 6);
                var why = "seed " + seed + " " + schema.kind() + " " + body;
                assertEquals(List.of(), SchemaCheck.check(schema, body), why);

                var places = new ArrayList<Place>();
                places(schema.type(), body, "", places);
                var place = places.get(draw.below(places.size()));
                ((ObjectNode) place.node()).put("zzStray", 1);
                var found = SchemaCheck.check(schema, body);
                assertEquals(1, found.size(), why);
                assertEquals(
                        SchemaCheck.join(place.path(), "zzStray"), found.getFirst().path(), why);
                assertTrue(found.getFirst() instanceof Violation.UnknownField, why);
            }
        }
    }

    private static void places(Type type, JsonNode body, String path, List<Place> all) {
        switch (type) {
            case ObjectType object -> {
                all.add(new Place(body, path, new ArrayList<>()));
                body.properties()
                        .forEach(p ->
                                places(
                                        object.field(p.getKey()).type(),
                                        p.getValue(),
                                        SchemaCheck.join(path, p.getKey()),
                                        all));
            }
            case Type.ListType list -> {
                for (var i = 0; i < body.size(); i++) {
                    places(list.element(), body.path(i), path + "[" + i + "]", all);
                }
            }
            case Type.MapType map ->
                    body.properties()
                            .forEach(p ->
                                    places(
                                            map.value(),
                                            p.getValue(),
                                            path + "." + p.getKey(),
                                            all));
            case Scalar _, Type.Words _ -> {}
        }
    }

    private static ObjectNode object(ObjectType type, Draw draw, int depth) {
        var body = NODES.objectNode();
        for (var field : type.fields()) {
            if (field.required() || depth > 0 && draw.below(3) == 0) {
                body.set(field.name(), value(field.type(), draw, depth - 1));
            }
        }
        return body;
    }

    private static JsonNode value(Type type, Draw draw, int depth) {
        return switch (type) {
            case ObjectType object -> object(object, draw, depth);
            case Type.Words words ->
                    NODES.stringNode(words.words().get(draw.below(words.words().size())));
            case Type.ListType list -> {
                var array = NODES.arrayNode();
                for (var i = draw.below(3); i > 0; i--) {
                    array.add(value(list.element(), draw, depth));
                }
                yield array;
            }
            case Type.MapType map -> {
                var object = NODES.objectNode();
                for (var i = draw.below(3); i > 0; i--) {
                    object.set("key" + i, value(map.value(), draw, depth));
                }
                yield object;
            }
            case Scalar scalar ->
                    switch (scalar) {
                        case STRING -> NODES.stringNode("text");
                        case INT32, INT64 -> NODES.numberNode(draw.below(100));
                        case BOOL -> NODES.booleanNode(draw.below(2) == 0);
                        case DOUBLE -> NODES.numberNode(draw.unit());
                        case QUANTITY -> NODES.stringNode("100m");
                        case INT_OR_STRING ->
                                draw.below(2) == 0 ? NODES.numberNode(1) : NODES.stringNode("http");
                        case TIME -> NODES.stringNode("2026-01-31T12:00:00Z");
                        case MICRO_TIME -> NODES.stringNode("2026-01-31T12:00:00.000001Z");
                        case DURATION -> NODES.stringNode("1m30s");
                        case BYTES -> NODES.stringNode("aGk=");
                        case ANY -> NODES.objectNode().put("any", true);
                    };
        };
    }
}
