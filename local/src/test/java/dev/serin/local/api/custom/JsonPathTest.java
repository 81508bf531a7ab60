package dev.serin.local.api.custom;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;

class JsonPathTest {
    private static final String BODY =
            """
            {"spec":{"replicas":2,"list":[{"n":"a"},{"n":"b"}],"a.b/c":"dotted"},
             "status":{"conditions":[{"type":"Ready","status":"True"},{"type":"Other","status":"No"}]}}
            """;

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                ".spec.replicas,2",
                ".spec.list[1].n,b",
                ".spec.list[-1].n,b",
                ".spec.list[*].n,a",
                ".spec['a\\.b/c'],dotted",
                ".spec.a\\.b/c,dotted",
                ".status.conditions[?(@.type==\"Other\")].status,No",
                ".status.conditions[?(@.type=='Ready')].status,True"
            })
    void pathsOfDefinitionsAreFollowed(String path, String found) {
        assertEquals(found, JsonPath.find(JsonMapper.shared().readTree(BODY), path).asString());
    }

    @Test
    void whatIsNotThereIsMissing() {
        var body = JsonMapper.shared().readTree(BODY);
        assertTrue(JsonPath.find(body, ".spec.nope.deeper").isMissingNode());
        assertTrue(JsonPath.find(body, ".spec.list[7].n").isMissingNode());
    }

    @Test
    void aValueIsWrittenWithTheObjectsOnItsWay() {
        var body = JsonNodeFactory.instance.objectNode();
        JsonPath.set(body, ".spec.size.wanted", JsonNodeFactory.instance.numberNode(3));
        assertEquals("{\"spec\":{\"size\":{\"wanted\":3}}}", body.toString());
    }
}
