package dev.serin.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.base.ProblemException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

class GivenTest {
    private static final Path EXAMPLE = Path.of("..", "examples", "canary");

    @TempDir Path folder;

    @Test
    void theExampleBringsItsRequestAlong() throws Exception {
        var given = Given.read(List.of(EXAMPLE), Spoken.nobody());
        assertEquals(7, given.resources().size());
        assertEquals(
                "curl -d @../examples/canary/request.json "
                        + Files.readString(EXAMPLE.resolve("url")).strip(),
                given.request());
    }

    @Test
    void aRelativeHostPathIsTheFilesNeighbourWhereverSerinWasStarted() throws Exception {
        var given = Given.read(List.of(EXAMPLE), Spoken.nobody());
        var models = EXAMPLE.resolve("models").toRealPath();
        var paths =
                given.resources().stream()
                        .filter(r -> r.kind().kind().equals("Deployment"))
                        .map(r -> r.spec().at("/template/spec/volumes/0/hostPath/path").asString())
                        .sorted()
                        .toList();
        assertEquals(
                List.of(models.resolve("v1").toString(), models.resolve("v2").toString()), paths);
    }

    @Test
    void theSupervisorReadsTheRequestThenAResourceALine() throws Exception {
        var given = Given.read(List.of(EXAMPLE), Spoken.nobody());
        given.write(folder.resolve("given"));
        var lines = Files.readAllLines(folder.resolve("given"));
        assertEquals(given.request(), lines.getFirst());
        assertEquals(8, lines.size());
        assertTrue(lines.subList(1, 8).stream().allMatch(l -> l.startsWith("{\"")));
    }

    @Test
    void nothingGivenIsNothingToDo() throws Exception {
        assertEquals(new Given(List.of(), ""), Given.read(List.of(), Spoken.nobody()));
    }

    @Test
    void oneWrongFileAndNothingIsTaken() throws Exception {
        var wrong = Files.writeString(folder.resolve("wrong.yaml"), "kind: [");
        assertThrows(
                ProblemException.class, () -> Given.read(List.of(EXAMPLE, wrong), Spoken.nobody()));
    }
}
