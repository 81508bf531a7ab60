package dev.serin.conformance.differential;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import dev.serin.conformance.differential.scenario.Scenario;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Each scenario through a real Envoy and through our proxy: what differs must be listed in
/// differences.yaml, and what is listed there must differ. How to add one: the README beside the
/// scenarios.
@Tag("peers")
class DifferentialTest {
    private static final Path FILES =
            Path.of(
                    System.getProperty("serin.root"),
                    "conformance/src/test/resources/differential");

    private static final List<Allowed> ALLOWED = Allowed.read(FILES.resolve("differences.yaml"));

    private static Lanes lanes;

    private final Set<Allowed> seen = new HashSet<>();

    @BeforeAll
    static void start(@TempDir Path folder) {
        lanes = new Lanes(folder, DifferentialTest::isListed);
    }

    @AfterAll
    static void stop() {
        lanes.close();
    }

    private static boolean isListed(Difference difference) {
        return ALLOWED.stream().anyMatch(a -> a.covers(difference));
    }

    @TestFactory
    Stream<DynamicTest> scenarios() {
        var wanted = System.getProperty("serin.scenario", "");
        var chosen =
                Scenario.all(FILES).stream()
                        .filter(s -> wanted.isEmpty() || glob(wanted).matcher(s.name()).matches())
                        .toList();
        if (chosen.isEmpty()) {
            fail("no scenario " + wanted);
        }
        var tests =
                lanes.play(chosen).entrySet().stream()
                        .map(e ->
                                DynamicTest.dynamicTest(
                                        e.getKey().name(),
                                        () -> judge(e.getKey().name(), e.getValue())));
        return wanted.isEmpty()
                ? Stream.concat(
                        tests,
                        Stream.of(
                                DynamicTest.dynamicTest(
                                        "each listed difference still occurs", this::allOccur)))
                : tests;
    }

    private static Pattern glob(String text) {
        return Pattern.compile(Pattern.quote(text).replace("*", "\\E.*\\Q") + "(#.*)?");
    }

    private void judge(String scenario, CompletableFuture<Played> future) throws Throwable {
        Played played;
        try {
            played = future.get();
        } catch (ExecutionException e) {
            throw e.getCause();
        }
        for (var difference : played.differences()) {
            ALLOWED.stream().filter(a -> a.covers(difference)).forEach(seen::add);
        }
        var unlisted = played.unlisted(DifferentialTest::isListed);
        if (!unlisted.isEmpty()) {
            fail(played.shown(scenario, unlisted));
        }
    }

    private void allOccur() {
        assertEquals(
                List.of(),
                ALLOWED.stream()
                        .filter(a -> !a.sometimes() && !seen.contains(a))
                        .map(Allowed::shown)
                        .toList(),
                "listed, but the same by now: take them off the list");
    }
}
