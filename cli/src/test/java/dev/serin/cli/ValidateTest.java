package dev.serin.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

class ValidateTest {
    private static final Path EXAMPLE = Path.of("..", "examples", "canary");

    @TempDir Path folder;

    private String file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text).toString();
    }

    private static String subsets(String names) {
        return """
        apiVersion: networking.istio.io/v1
        kind: DestinationRule
        metadata: {name: digits}
        spec:
          host: digits
          subsets: [%s]
        """
                .formatted(names);
    }

    private static final String ROUTE =
            """
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: digits}
            spec:
              hosts: [digits]
              http:
              - route:
                - destination: {host: digits, subset: v2}
            """;

    @Test
    void theExampleIsValidAsItStands() {
        assertEquals(
                new Spoken(0, "7 resources are valid\n", ""),
                Spoken.by("validate", "-f", EXAMPLE.toString()));
    }

    @Test
    void eachOfItsVariantsIsValidBesideTheRest() {
        for (var variant : new String[] {"header.yaml", "all-v2.yaml"}) {
            var rule = EXAMPLE.resolve("variants").resolve(variant).toString();
            assertEquals(0, Spoken.by("validate", rule, subsetsOfTheExample()).code(), variant);
        }
    }

    private String subsetsOfTheExample() {
        try {
            return file(
                    "subsets.yaml",
                    subsets("{name: v1, labels: {v: a}}, {name: v2, labels: {v: b}}"));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aWrongFileIsToldByFileLineFieldAndNearestWord() throws Exception {
        var file =
                file(
                        "wrong.yaml",
                        """
                        apiVersion: networking.istio.io/v1
                        kind: VirtualService
                        metadata: {name: digits}
                        spec:
                          host: [digits]
                          http:
                          - route:
                            - destination: {host: digits}
                              weight: ten
                        """);
        var spoken = Spoken.by("validate", "-f", file);
        assertEquals(1, spoken.code());
        assertEquals("", spoken.out());
        var lines = spoken.err().lines().toList();
        assertEquals(
                "serin: "
                        + file
                        + ":5: spec.host: unknown field host; expected: one of hosts, gateways,"
                        + " http, tls, tcp, exportTo; cure: did you mean hosts?",
                lines.get(0));
        assertEquals(
                "serin: "
                        + file
                        + ":9: spec.http[0].route[0].weight: found \"ten\" (a string); expected:"
                        + " an integer of 32 bits",
                lines.get(1));
    }

    @Test
    void whatTwoFilesSayOfEachOtherIsChecked() throws Exception {
        var rule = file("a.yaml", subsets("{name: v1, labels: {version: v1}}"));
        var route = file("b.yaml", ROUTE);
        assertEquals(
                new Spoken(
                        1,
                        "",
                        "serin: "
                                + route
                                + ":8: spec.http[0].route[0].destination.subset: no"
                                + " DestinationRule of these files declares subset v2 of"
                                + " digits.default.svc.cluster.local; expected: one of v1; cure:"
                                + " did you mean v1?\n"),
                Spoken.by("validate", "-f", rule, "-f", route));
    }

    @Test
    void aFileThatIsNotThereIsSaid() {
        var file = folder.resolve("nowhere.yaml").toString();
        assertEquals(
                new Spoken(
                        1,
                        "",
                        "serin: "
                                + file
                                + ": no such file or folder; cure: check the path after"
                                + " -f\n"),
                Spoken.by("validate", file));
    }
}
