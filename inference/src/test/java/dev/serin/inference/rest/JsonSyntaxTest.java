package dev.serin.inference.rest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.serin.inference.ServingException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.charset.StandardCharsets;
import java.util.List;

class JsonSyntaxTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "` `|The document is empty. at offset: 1",
                "{|Missing a name for object member. at offset: 1",
                "{a:1}|Missing a name for object member. at offset: 1",
                "{\"a\" 1}|Missing a colon after a name of object member. at offset: 5",
                "{\"a\":1|Missing a comma or } after an object member. at offset: 6",
                "{\"a\":[1 2]}|Missing a comma or ] after an array element. at offset: 8",
                "{\"a\":[1,]}|Invalid value. at offset: 8",
                "{\"a\":tru}|Invalid value. at offset: 8",
                "{\"a\":.5}|Invalid value. at offset: 5",
                "{\"a\":-}|Invalid value. at offset: 6",
                "{\"a\":01}|Missing a comma or } after an object member. at offset: 6",
                "{\"a\":1.}|Miss fraction part in number. at offset: 7",
                "{\"a\":1e}|Miss exponent in number. at offset: 7",
                "{\"a\":1e999}|Number too big to be stored in double. at offset: 5",
                "{\"a\":\"b|Missing a closing quotation mark in string. at offset: 7",
                "{\"a\":\"\\x\"}|Invalid escape character in string. at offset: 6",
                "{\"a\":\"\\u12g4\"}|Incorrect hex digit after \\u escape in string. at offset: 6",
                "{\"a\":\"\\ud800x\"}|The surrogate pair in string is invalid. at offset: 6",
                "]|Invalid value. at offset: 0"
            })
    void errorsHaveRapidJsonsWordsAndOffsets(String json, String expected) {
        var e = assertThrows(ServingException.class, () -> members(json));
        assertEquals("JSON Parse error: " + expected, e.text());
    }

    @Test
    void nothingAtAllIsEmpty() {
        var e = assertThrows(ServingException.class, () -> members(""));
        assertEquals("JSON Parse error: The document is empty", e.text());
    }

    @Test
    void onlyAnObjectWillDo() {
        var e = assertThrows(ServingException.class, () -> members("[1, 2]"));
        assertEquals("JSON Value: [\n    1,\n    2\n] Is not object", e.text());
    }

    @Test
    void whatFollowsTheDocumentDoesNotMatter() {
        assertEquals(
                List.of("a", "b"), members("{\"a\": [NaN, -Inf, {\"x\": []}], \"b\": {}} }}["));
    }

    @Test
    void deepNestingIsNoProblem() {
        int depth = 1_000_000;
        assertEquals(
                List.of("a", "b"),
                members(
                        "{\"a\": "
                                + "[".repeat(depth)
                                + "]".repeat(depth)
                                + ", \"b\": \"\\u00e9\"}"));
    }

    private static List<String> members(String json) {
        return List.copyOf(JsonSyntax.members(json.getBytes(StandardCharsets.UTF_8)).keySet());
    }
}
