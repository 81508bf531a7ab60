package dev.serin.inference.rest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.serin.inference.ServingException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.charset.StandardCharsets;
import java.util.List;

class ExamplesCallTest {
    private static ExamplesCall read(String json) {
        return ExamplesCall.read(json.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void featuresHaveTheKindOfTheirValuesAndTheContextIsMergedIn() {
        var call =
                read(
                        "{\"signature_name\": \"s\", \"context\": {\"c\": 1, \"x\": 9.5},"
                                + " \"examples\": [{\"x\": [1.5, 2.0], \"t\": [\"a\", {\"b64\":"
                                + " \"Yg==\"}]}, {\"yes\": true}]}");
        assertEquals("s", call.signatureName());
        var first = call.examples().get(0).getFeatures().getFeatureMap();
        assertEquals(List.of(1.5f, 2f), first.get("x").getFloatList().getValueList());
        assertEquals(List.of(1L), first.get("c").getInt64List().getValueList());
        assertEquals("b", first.get("t").getBytesList().getValue(1).toStringUtf8());
        var second = call.examples().get(1).getFeatures().getFeatureMap();
        assertEquals(List.of(9.5f), second.get("x").getFloatList().getValueList());
        assertEquals(List.of(1L), second.get("yes").getInt64List().getValueList());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"examples\":[1]}|Example must be JSON object but got JSON Number",
                "{\"examples\":[{\"x\":[1,1.5]}]}|Unexpected element type in feature: x expecting"
                        + " type: int64",
                "{\"examples\":[{\"x\":[1.5,1]}]}|Unexpected element type in feature: x expecting"
                        + " type: float",
                "{\"examples\":[{\"x\":[\"a\",1]}]}|Unexpected element type in feature: x expecting"
                        + " type: bytes",
                "{\"examples\":[{\"x\":[[1]]}]}|Feature: x has element with unexpected JSON type:"
                        + " Array",
                "{\"examples\":[{\"x\":null}]}|Feature: x has element with unexpected JSON type:"
                        + " Null",
                "{\"examples\":[{\"x\":18446744073709551615}]}|Feature: x has uint64 element. Only"
                        + " int64 is supported."
            })
    void mistakesAreToldInTensorFlowServingsWords(String json, String expected) {
        assertEquals(expected, assertThrows(ServingException.class, () -> read(json)).text());
    }
}
