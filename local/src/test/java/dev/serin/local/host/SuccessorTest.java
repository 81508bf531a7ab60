package dev.serin.local.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.serin.base.ProblemException;
import dev.serin.testkit.Child;

import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

class SuccessorTest {
    /// In the other process.
    public static void main(String[] args) {
        Successor.become(List.of("/bin/sh", "-c", "echo $$ $1; echo /proc/$$/fd/*", "sh", "a b"));
    }

    @Test
    void theProgramHasTheNumberTheWordsAndNoFileOfTheOneBefore() throws Exception {
        var process = new ProcessBuilder(Child.java(SuccessorTest.class)).start();
        try {
            var said = process.inputReader(StandardCharsets.UTF_8).readAllAsString();
            var fd = "/proc/" + process.pid() + "/fd/";
            assertEquals(
                    process.pid() + " a b\n" + fd + "0 " + fd + "1 " + fd + "2\n",
                    said.replaceAll(" " + fd + "[3-9]\\b(?=\n)", ""));
            assertEquals(0, process.waitFor());
        } finally {
            process.destroyForcibly().waitFor(5, TimeUnit.SECONDS);
        }
    }

    @Test
    void aProgramThatIsNotThereIsNamed() {
        var missing = List.of("/no/such/program");
        var refused = assertThrows(ProblemException.class, () -> Successor.become(missing));
        assertEquals("/no/such/program", refused.problems().getFirst().subject());
    }
}
