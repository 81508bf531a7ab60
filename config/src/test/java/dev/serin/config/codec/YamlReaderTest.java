package dev.serin.config.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.base.ProblemException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.List;

class YamlReaderTest {
    private static String problem(String yaml) {
        var thrown = assertThrows(ProblemException.class, () -> YamlReader.read("f.yaml", yaml));
        return thrown.problems().getFirst().text();
    }

    @Test
    void documentsAreApartAndEmptyOnesLeftOut() {
        var read = YamlReader.read("f.yaml", "---\n# nothing\n---\na: 1\n---\nb: 2\n");

        assertEquals(2, read.size());
        assertEquals("{\"b\":2}", read.get(1).root().toString());
    }

    @Test
    void everyPathHasItsPlace() {
        var positions =
                YamlReader.read(
                                "f.yaml",
                                """
                                spec:
                                  http:
                                  - name: a
                                  - name: b
                                    route: [{weight: 1}]
                                """)
                        .getFirst()
                        .positions();

        assertEquals(new Position(1, 1), positions.at("spec"));
        assertEquals(new Position(4, 5), positions.at("spec.http[1]"));
        assertEquals(new Position(5, 14), positions.at("spec.http[1].route[0].weight"));
        // What is not there is shown at its owner.
        assertEquals(new Position(2, 3), positions.at("spec.http[7].name"));
        assertEquals(new Position(1, 1), positions.at("metadata.name"));
    }

    @Test
    void aTabIsNamedWithItsPlace() {
        assertEquals(
                "f.yaml:2:1: a tab; expected: spaces; cure: replace the tab with spaces: YAML takes"
                        + " no tab",
                problem("a:\n\tb: 1\n"));
        assertEquals(
                "f.yaml:3:3: a tab; expected: spaces; cure: replace the tab with spaces: YAML takes"
                        + " no tab",
                problem("a:\n  b: 1\n  \tc: 2\n"));
    }

    @Test
    void badIndentationIsNamedWithItsLine() {
        assertTrue(
                problem("a:\n  b: 1\n c: 2\n").startsWith("f.yaml:3:2: «c: 2» is indented unlike"),
                problem("a:\n  b: 1\n c: 2\n"));
        assertTrue(
                problem("a: b: c\n").startsWith("f.yaml:1:5: «a: b: c» has a colon where no key"),
                problem("a: b: c\n"));
        assertTrue(problem("a: 1\nb\nc: 2\n").contains("missing colon in the line before"));
    }

    @Test
    void otherBrokenTextsAreNamedWithTheirPlace() {
        for (var text :
                new String[] {"a: [1, 2\n", "a: \"open\n", "a: *none\n", "@a: 1", "a: 'x"}) {
            assertTrue(problem(text).matches("f\\.yaml:\\d+:\\d+: .*cure: .*"), problem(text));
        }
    }

    @Test
    void aKeyTwiceIsRefused() {
        assertEquals(
                "f.yaml:4:3: a.b: the key b a second time (first in line 2); cure: keep one of the"
                        + " two",
                problem("a:\n  b: 1\n  c: 1\n  b: 2\n"));
    }

    @Test
    void anchorsAreFilledIn() {
        var read = YamlReader.read("f.yaml", "a: &x {p: 1, q: 2}\nb: *x\nc: {<<: *x, q: 3}\n");

        assertEquals(
                "{\"a\":{\"p\":1,\"q\":2},\"b\":{\"p\":1,\"q\":2},\"c\":{\"q\":3,\"p\":1}}",
                read.getFirst().root().toString());
    }

    @Test
    void anchorsThatGrowWithoutEndAreRefused() {
        var bomb = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
        for (var i = 1; i < 9; i++) {
            bomb.append("a%d: &a%d [%s]\n".formatted(i, i, "*a" + (i - 1)));
            bomb.setLength(bomb.length() - 2);
            bomb.append((", *a" + (i - 1)).repeat(8)).append("]\n");
        }

        assertTrue(problem(bomb.toString()).contains("values once its anchors are filled in"));
        assertTrue(problem("a: &a [*a]\n").contains("an anchor that contains itself"));
        assertTrue(problem("[".repeat(5000)).contains("f.yaml"));
    }

    @Test
    void tagsAndOddKeysAreRefused() {
        assertTrue(problem("a: !thing x\n").contains("the tag !thing"));
        assertTrue(problem("? [a]\n: b\n").contains("a key that is a list or a map"));
        assertTrue(problem("a: .inf\n").contains("finite number"));
        assertEquals(
                "f.yaml:1:1: on: the key on, which kubectl reads as true; cure: put it in quotes:"
                        + " \"on\"",
                problem("on: 1\n"));
        assertEquals(
                "{\"on\":1,\"5\":2}",
                YamlReader.read("f.yaml", "\"on\": 1\n5: 2\n").getFirst().root().toString());
    }

    /// As recorded from kubectl, which reads by YAML 1.1.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "on|true",
                "yes|true",
                "y|true",
                "off|false",
                "True|true",
                "~|null",
                "NULL|null",
                "''|null",
                "\"on\"|\"on\"",
                "0o17|15",
                "017|15",
                "0x1F|31",
                "0b11|3",
                "08|8",
                "1_000|1000",
                "1e3|1000",
                "1.0|1",
                ".5|0.5",
                "+5|5",
                "-5|-5",
                "12:30:45|\"12:30:45\"",
                "2001-01-01|\"2001-01-01\"",
                "=|\"=\"",
                "v1|\"v1\"",
                "1.2.3|\"1.2.3\"",
                "123456789012345678901234567890|1.2345678901234568E29",
            })
    void plainWordsMeanWhatKubectlReads(String yaml, String json) {
        assertEquals(
                "{\"a\":" + json + "}",
                YamlReader.read("f.yaml", "a: " + yaml + "\n").getFirst().root().toString());
    }

    @Test
    void jsonHasPlacesToo() {
        var read = JsonReader.read("f.json", "{\n\t\"a\": {\"b\": [1, {\"c\": true}]}\n}");

        assertEquals("{\"a\":{\"b\":[1,{\"c\":true}]}}", read.getFirst().root().toString());
        assertEquals(2, read.getFirst().positions().at("a.b[1].c").line());
        assertEquals(
                "f.json:1:9: a: the key a second time; cure: keep one of the two",
                assertThrows(
                                ProblemException.class,
                                () -> JsonReader.read("f.json", "{\"a\":1, \"a\":2}"))
                        .problems()
                        .getFirst()
                        .text());
        assertTrue(
                assertThrows(ProblemException.class, () -> JsonReader.read("f.json", "{\"a\":\n}"))
                        .problems()
                        .getFirst()
                        .text()
                        .startsWith("f.json:2:"));
    }

    @Test
    void aBodyTellsItsDuplicates() {
        var body = JsonReader.body("{\"spec\": {\"replicas\": 1, \"replicas\": 2}}");

        assertEquals("{\"spec\":{\"replicas\":2}}", body.root().toString());
        assertEquals(List.of("spec.replicas"), body.duplicates());
        assertThrows(ProblemException.class, () -> JsonReader.body(""));
        assertThrows(ProblemException.class, () -> JsonReader.body("{} {}"));
        assertThrows(ProblemException.class, () -> JsonReader.body("{\"a\":"));
    }
}
