package dev.serin.conformance.recorded;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/// Every recorded command and every recorded request of fabric8's, played against the local API:
/// exit code, output, requests and answers are the recorded ones but for those in
/// `differences.txt`. `-Dserin.scenario=17,20` plays only some.
@Tag("recorded")
class RecordedCommandsTest {
    private static final Path FILES =
            Path.of(System.getProperty("serin.root"), "conformance/src/test/resources/recorded");

    @Test
    void everyRecordedCommandIsAnsweredAsItWas(@TempDir Path folder) throws Exception {
        var transcripts = Transcript.all(Path.of(System.getProperty("serin.transcripts")));
        var wanted = List.of(System.getProperty("serin.scenario", "").split(",", -1));
        var allowed = Differences.read(FILES.resolve("differences.txt"));
        var authority = Server.Authority.in(folder);
        var world = new World(transcripts, authority.root());
        var root =
                Base64.getEncoder()
                        .encodeToString(authority.root().getBytes(StandardCharsets.UTF_8));
        var played = new ArrayList<Integer>();
        var differences = 0;
        var file = Path.of(System.getProperty("serin.root"), "conformance/target/recorded.txt");
        var open = new ArrayList<String>();
        var equal = 0;
        try (var front = new Front();
                var report = Files.newBufferedWriter(file)) {
            var shell = new Shell(folder, FILES.resolve("files"), front.url(), root);
            var play = new Play(authority, front, shell, folder);
            for (var transcript : transcripts) {
                if (wanted.contains("") || wanted.contains("" + transcript.number())) {
                    played.add(transcript.number());
                    var found = play.differences(transcript, world);
                    // What is a matter of moments is not so three times.
                    for (var again = 0;
                            again < 2 && !unlisted(allowed, transcript, found).isEmpty();
                            again++) {
                        System.out.println("recorded: played again: " + transcript);
                        found = play.differences(transcript, world);
                    }
                    equal += found.isEmpty() ? 1 : 0;
                    differences += found.size();
                    var wrong = unlisted(allowed, transcript, found);
                    for (var line : found) {
                        report.write(
                                (wrong.contains(line) ? "! " : "  ")
                                        + transcript
                                        + " "
                                        + line
                                        + "\n");
                    }
                    report.flush();
                    wrong.forEach(line -> open.add(transcript + " " + line));
                }
                world.learn(transcript);
            }
        }
        System.out.printf(
                "recorded: %d played, %d equal in everything, %d differences, %d of them listed%n",
                played.size(), equal, differences, differences - open.size());
        assertTrue(
                open.isEmpty(),
                () ->
                        open.size()
                                + " differences that are not listed:\n"
                                + String.join("\n", open.subList(0, Math.min(60, open.size()))));
        assertEquals(List.of(), allowed.unused(played), "listed, and does not occur any more");
    }

    private static List<String> unlisted(
            Differences allowed, Transcript transcript, List<String> found) {
        return found.stream().filter(d -> !allowed.allows(transcript.number(), d)).toList();
    }
}
