package dev.serin.inference.rest;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.serin.inference.DataType;
import dev.serin.inference.ServingException;
import dev.serin.inference.Signature;
import dev.serin.inference.StatusCode;
import dev.serin.inference.Tensor;
import dev.serin.inference.TensorSpec;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

class PredictCallTest {
    private static final Map<String, Signature> SIGNATURES =
            Map.of(
                    "serving_default", inputs(Map.of("x", DataType.FLOAT)),
                    "two", inputs(Map.of("a", DataType.FLOAT, "b", DataType.INT64)),
                    "text", inputs(Map.of("text", DataType.STRING)),
                    "int8", inputs(Map.of("x", DataType.INT8)),
                    "uint64", inputs(Map.of("x", DataType.UINT64)),
                    "bool", inputs(Map.of("x", DataType.BOOL)),
                    "half", inputs(Map.of("x", DataType.HALF)),
                    "none", inputs(Map.of()));

    private static Signature inputs(Map<String, DataType> types) {
        var specs = new TreeMap<String, TensorSpec>();
        types.forEach(
                (name, type) -> specs.put(name, new TensorSpec(name + ":0", type, false, null)));
        return new Signature("tensorflow/serving/predict", specs, Collections.emptySortedMap());
    }

    private static PredictCall read(String json) {
        return PredictCall.read(
                json.getBytes(StandardCharsets.UTF_8),
                name -> {
                    var signature = SIGNATURES.get(name);
                    if (signature == null) {
                        throw ServingException.invalid("no signature " + name);
                    }
                    return signature;
                });
    }

    private static Tensor only(SortedMap<String, Tensor> tensors) {
        assertEquals(1, tensors.size());
        return tensors.firstEntry().getValue();
    }

    private static void assertFloats(String json, long[] shape, float... values) {
        var tensor = only(read(json).inputs());
        assertArrayEquals(shape, tensor.shape());
        var found = new float[values.length];
        for (int i = 0; i < found.length; i++) {
            found[i] = tensor.floatAt(i);
        }
        assertArrayEquals(values, found);
    }

    private static long[] shape(long... sizes) {
        return sizes;
    }

    @Test
    void rowsAndColumnsGiveTheSameTensor() {
        assertFloats("{\"instances\": [[1, 2.5], [3e0, -4]]}", shape(2, 2), 1, 2.5f, 3, -4);
        assertFloats("{\"inputs\": [[1, 2.5], [3e0, -4]]}", shape(2, 2), 1, 2.5f, 3, -4);
        assertFloats("{\"inputs\": {\"x\": [[1, 2.5], [3, -4]]}}", shape(2, 2), 1, 2.5f, 3, -4);
        assertFloats("{\"instances\": [{\"x\": [1]}, {\"x\": [2]}]}", shape(2, 1), 1, 2);
        assertFloats("{\"instances\": [1, 2, 3]}", shape(3), 1, 2, 3);
        assertFloats("{\"inputs\": 7}", shape(), 7);
        assertFloats("{\"inputs\": [[], []]}", shape(2, 0));
        assertFloats(
                "{\"inputs\": [NaN, Infinity, -Infinity]} and more",
                shape(3),
                Float.NaN,
                Float.POSITIVE_INFINITY,
                Float.NEGATIVE_INFINITY);
        assertEquals(PredictCall.Form.ROW, read("{\"instances\": [1]}").form());
        assertEquals(PredictCall.Form.COLUMN, read("{\"inputs\": [1]}").form());
    }

    @Test
    void theSignatureMayBeNamedAfterTheTensors() {
        var call =
                read(
                        "{\"instances\": [{\"b\": 5, \"a\": [1, 2]}], \"signature_name\":"
                                + " \"two\"}");
        assertEquals("two", call.signatureName());
        assertEquals(5, call.inputs().get("b").longAt(0));
        assertArrayEquals(new long[] {1, 2}, call.inputs().get("a").shape());
        assertArrayEquals(new long[] {1}, call.inputs().get("b").shape());
    }

    @Test
    void stringsAreUtf8OrBase64() {
        var strings =
                only(read("{\"signature_name\": \"text\", \"instances\":"
                                        + " [\"a\\u00e9\\n\\ud83d\\ude00\", {\"b64\":"
                                        + " \"AP8=\"}]}")
                                .inputs())
                        .strings();
        assertEquals("aé\n😀", new String(strings.get(0), StandardCharsets.UTF_8));
        assertArrayEquals(new byte[] {0, (byte) 0xff}, strings.get(1));
        var named =
                only(read("{\"signature_name\": \"text\", \"instances\": [{\"text\":"
                                        + " {\"b64\": \"AQ==\"}}]}")
                                .inputs())
                        .strings();
        assertEquals(List.of(1), named.stream().map(s -> (int) s[0]).toList());
    }

    @Test
    void integersKeepTheirRange() {
        assertEquals(
                -1,
                only(read("{\"signature_name\": \"uint64\", \"inputs\": [18446744073709551615]}")
                                .inputs())
                        .longAt(0));
        assertEquals(
                (byte) 300,
                only(read("{\"signature_name\": \"int8\", \"inputs\": [300]}").inputs()).byteAt(0));
        assertEquals(
                1,
                only(read("{\"signature_name\": \"bool\", \"inputs\": [true]}").inputs())
                        .byteAt(0));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{}|Missing 'inputs' or 'instances' key",
                "{\"instances\":[1],\"signature_name\":\"none\"}|Failed to get input map for"
                        + " signature: none",
                "{\"instances\":[\"a\"]}|Failed to process element: 0 of 'instances' list. Error:"
                    + " INVALID_ARGUMENT: JSON Value: \"a\" Type: String is not of expected type:"
                    + " float",
                "{\"instances\":[null]}|Failed to process element: 0 of 'instances' list. Error:"
                        + " INVALID_ARGUMENT: JSON Value: null Type: Null is not of expected type:"
                        + " float",
                "{\"instances\":[[1],[1,2]]}|Failed to process element: 1 of 'instances' list."
                        + " Error: INVALID_ARGUMENT: Expecting tensor size: 1 but got: 2",
                "{\"instances\":[[[1],[2]],[[1,2]]]}|Failed to process element: 1 of 'instances'"
                        + " list. Error: INVALID_ARGUMENT: Expecting shape [2,1] but got: [1,2]",
                "{\"instances\":[[[1],[2,3]]]}|Failed to process element: 0 of 'instances' list."
                    + " Error: INVALID_ARGUMENT: Encountered list at unexpected size: 2 at level: 1"
                    + " expected size: 1",
                "{\"instances\":[[[1],[2,\"x\"]]]}|Failed to process element: 0 of 'instances'"
                    + " list. Error: INVALID_ARGUMENT: Encountered list at unexpected size: 2 at"
                    + " level: 1 expected size: 1",
                "{\"instances\":[[1,[2]]]}|Failed to process element: 0 of 'instances' list. Error:"
                        + " INVALID_ARGUMENT: Encountered list at unexpected level: 1 expected < 1",
                "{\"instances\":[[[1],2]]}|Failed to process element: 0 of 'instances' list. Error:"
                        + " INVALID_ARGUMENT: JSON Value: 2 found at incorrect level: 2 in the JSON"
                        + " DOM. Expected at level: 2",
                "{\"instances\":[1,{\"x\":1}]}|Expecting value/list but got object at item 1 of"
                        + " input list",
                "{\"instances\":[{\"x\":1},1]}|Expecting object but got list at item 1 of input"
                        + " list",
                "{\"instances\":[{\"y\":1}]}|Failed to process element: 0 key: y of 'instances'"
                    + " list. Error: INVALID_ARGUMENT: JSON object: does not have named input: y",
                "{\"instances\":[1],\"signature_name\":\"two\"}|instances is a plain list, but"
                        + " expecting list of objects as multiple input tensors required as per"
                        + " tensorinfo_map",
                "{\"inputs\":[1],\"signature_name\":\"two\"}|inputs is a plain value/list, but"
                        + " expecting an object as multiple input tensors required as per"
                        + " tensorinfo_map",
                "{\"inputs\":{\"a\":1},\"signature_name\":\"two\"}|Missing named input: b in"
                        + " 'inputs' object.",
                "{\"inputs\":[16777216]}|Cannot convert JSON value: 16777216 to float without loss"
                        + " of precision.",
                "{\"inputs\":[1e39]}|Cannot convert JSON value: 1e+39 to float without loss of"
                        + " precision.",
                "{\"inputs\":[1.5],\"signature_name\":\"int8\"}|JSON Value: 1.5 Type: Number is not"
                        + " of expected type: int8",
                "{\"inputs\":{\"c\":1}}|Missing named input: x in 'inputs' object.",
                "{\"inputs\":{\"b64\":\"*\"},\"signature_name\":\"text\"}|Unable to base64 decode"
            })
    void mistakesAreToldInTensorFlowServingsWords(String json, String expected) {
        var e = assertThrows(ServingException.class, () -> read(json));
        assertEquals(expected, e.text());
        assertEquals(StatusCode.INVALID_ARGUMENT, e.code());
    }

    @Test
    void mistakesOfTheDocumentQuoteIt() {
        assertEquals(
                """
                JSON Value: {
                    "instances": []
                } No values in 'instances' array\
                """,
                assertThrows(ServingException.class, () -> read("{\"instances\": []}")).text());
        assertEquals(
                """
                JSON Value: {
                    "instances": 1
                } Excepting 'instances' to be an list/array\
                """,
                assertThrows(ServingException.class, () -> read("{\"instances\": 1}")).text());
    }

    @Test
    void aTypeThatJsonCannotCarryIsUnimplemented() {
        var e =
                assertThrows(
                        ServingException.class,
                        () -> read("{\"inputs\":[1],\"signature_name\":\"half\"}"));
        assertEquals(StatusCode.UNIMPLEMENTED, e.code());
        assertEquals("Conversion of JSON Value: 1 to type: half", e.text());
    }

    @Test
    void nestingBeyondAnyTensorIsRefusedNotOverflowed() {
        var deep = "[".repeat(100_000) + "]".repeat(100_000);
        var e = assertThrows(ServingException.class, () -> read("{\"instances\": " + deep + "}"));
        assertEquals(StatusCode.INVALID_ARGUMENT, e.code());
    }

    @Test
    void aHugeMistakeIsNotSentBackWhole() {
        var e =
                assertThrows(
                        ServingException.class,
                        () -> read("{\"instances\": [\"" + "x".repeat(1_000_000) + "\"]}"));
        assertEquals(true, e.text().length() < 20_000);
    }
}
