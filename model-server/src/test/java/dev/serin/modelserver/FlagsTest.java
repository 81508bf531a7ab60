package dev.serin.modelserver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.base.ProblemException;

import org.junit.jupiter.api.Test;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

class FlagsTest {
    @Test
    void bothSpellingsOfEachKindAreRead() {
        var flags =
                Flags.read(
                        List.of(
                                "--rest_api_port=1",
                                "--model_name",
                                "digits",
                                "--enable_batching",
                                "--enable_model_warmup=false",
                                "--rest_api_port=2"),
                        false);
        assertEquals(2, flags.integer("rest_api_port"));
        assertEquals("digits", flags.text("model_name"));
        assertTrue(flags.bool("enable_batching"));
        assertEquals(false, flags.bool("enable_model_warmup"));
        assertEquals(1, flags.integer("file_system_poll_wait_seconds"));
        assertEquals(1, flags.warnings().size(), "batching has no effect yet, which is said");
    }

    @Test
    void allFlagsOfTensorFlowServingAreKnownOnce() {
        assertEquals(48, Flag.ALL.stream().map(Flag::name).distinct().count());
        assertEquals(48, Flag.ALL.size());
    }

    @Test
    void anUnknownFlagNamesTheNearestAndEndsOnlyACommandLine() {
        var e =
                assertThrows(
                        ProblemException.class,
                        () -> Flags.read(List.of("--modle_name=x", "--port=a"), false));
        assertEquals(2, e.problems().size());
        assertTrue(e.getMessage().contains("--model_name?"), e.getMessage());
        assertTrue(
                e.getMessage().contains("flag --port: 'a'; expected: a whole number"),
                e.getMessage());
        var lenient = Flags.read(List.of("--modle", "x", "--port=1"), true);
        assertTrue(lenient.warnings().getFirst().text().contains("--model_"));
        assertEquals(1, lenient.integer("port"));
    }

    @Test
    void theImagesEnvironmentNamesTheModel() {
        var options =
                ServeMain.options(
                        Flags.read(List.of(), true),
                        Map.of("SERIN_CONTAINER", "1", "MODEL_NAME", "digits", "HOME", "/home/x"));
        assertEquals("digits", options.models().getFirst().name());
        assertEquals(Path.of("/models/digits"), options.models().getFirst().basePath());
        assertEquals(8501, options.rest().port());
        assertEquals(Path.of("/home/x/.cache/serin"), options.cache());
    }

    @Test
    void aCommandLineWithoutAModelSaysWhatToWrite() {
        var e =
                assertThrows(
                        ProblemException.class,
                        () -> ServeMain.options(Flags.read(List.of(), false), Map.of()));
        assertTrue(e.getMessage().contains("--model_base_path"), e.getMessage());
    }
}
