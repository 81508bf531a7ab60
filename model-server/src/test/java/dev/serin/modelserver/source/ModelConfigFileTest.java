package dev.serin.modelserver.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

class ModelConfigFileTest {
    @Test
    void everyPolicyAndLabelsAreRead() {
        var models =
                ModelConfigFile.read(
                        "f",
                        """
                        # the models
                        model_config_list: {
                          config { name: "a" base_path: '/m/' "a", model_platform: "tensorflow" }
                          config <
                            name: "b"; base_path: "/m/b"
                            model_version_policy { specific { versions: 1 versions: [2, 3] } }
                            version_labels { key: "stable" value: 1 }
                          >
                          config { name: "c" base_path: "/m/c" model_version_policy { all {} } }
                          config {
                            name: "d" base_path: "/m/d"
                            model_version_policy: { latest: { num_versions: 2 } }
                          }
                        }
                        """);
        assertEquals(
                List.of(
                        new ModelConfig(
                                "a", Path.of("/m/a"), new VersionSelection.Latest(1), Map.of()),
                        new ModelConfig(
                                "b",
                                Path.of("/m/b"),
                                new VersionSelection.Specific(Set.of(1L, 2L, 3L)),
                                Map.of("stable", 1L)),
                        new ModelConfig("c", Path.of("/m/c"), new VersionSelection.All(), Map.of()),
                        new ModelConfig(
                                "d", Path.of("/m/d"), new VersionSelection.Latest(2), Map.of())),
                models);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "model_config_list { config { name: \"a\" } }|f:1: a model without base_path;"
                        + " expected: both",
                "model_config_lst {}|f:1: the field model_config_lst; expected: one of"
                        + " model_config_list",
                "model_config_list {|f:1: the end of the file; expected: '}'",
                "model_config_list { config { name: \"a }|f:1: a string that does not end;"
                        + " expected: \"",
                "model_config_list 5|f:1: '5'; expected: ':' or '{' behind model_config_list",
                "model_config_list { config: 3 }|f:1: config is a plain value; expected: config {"
                        + " ... }"
            })
    void mistakesAreNamedWithTheirLine(String text, String expected) {
        var e = assertThrows(ProblemException.class, () -> ModelConfigFile.read("f", text));
        assertEquals(expected, e.problems().stream().map(Problem::text).toList().getFirst());
    }
}
