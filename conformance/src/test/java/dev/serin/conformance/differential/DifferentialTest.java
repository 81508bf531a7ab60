package dev.serin.conformance.differential;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import dev.serin.conformance.differential.peer.EnvoyPeer;
import dev.serin.conformance.differential.peer.ResourceServer;
import dev.serin.conformance.differential.peer.SerinPeer;
import dev.serin.conformance.differential.scenario.Scenario;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
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

    private static ResourceServer server;
    private static EnvoyPeer envoy;
    private static SerinPeer ours;

    private final List<Allowed> allowed = Allowed.read(FILES.resolve("differences.yaml"));
    private final Set<Allowed> seen = new HashSet<>();

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        server = new ResourceServer();
        envoy = new EnvoyPeer(EnvoyPeer.installed(), folder, server.port());
        ours = new SerinPeer(server.port());
    }

    @AfterAll
    static void stop() {
        ours.close();
        envoy.close();
        server.close();
    }

    @TestFactory
    Stream<DynamicTest> scenarios() {
        var wanted = System.getProperty("serin.scenario", "");
        var all = Scenario.all(FILES);
        var player = new Player(server, ours, envoy);
        var chosen =
                all.stream()
                        .filter(s -> wanted.isEmpty() || glob(wanted).matcher(s.name()).matches())
                        .toList();
        if (chosen.isEmpty()) {
            fail("no scenario " + wanted);
        }
        var tests =
                chosen.stream().map(s -> DynamicTest.dynamicTest(s.name(), () -> play(player, s)));
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

    private void play(Player player, Scenario scenario) {
        var unlisted = new ArrayList<Difference>();
        for (var difference :
                player.play(scenario, d -> allowed.stream().anyMatch(a -> a.covers(d)))) {
            var covering = allowed.stream().filter(a -> a.covers(difference)).toList();
            seen.addAll(covering);
            if (covering.isEmpty()) {
                unlisted.add(difference);
            }
        }
        if (!unlisted.isEmpty()) {
            fail(
                    scenario
                            + ":\n"
                            + unlisted.stream()
                                    .map(Difference::toString)
                                    .collect(Collectors.joining("\n"))
                            + (player.refusals().isEmpty()
                                    ? ""
                                    : "\n  we refused:\n    " + player.refusals()));
        }
    }

    private void allOccur() {
        assertEquals(
                List.of(),
                allowed.stream().filter(a -> !seen.contains(a)).map(Allowed::shown).toList(),
                "listed, but the same by now: take them off the list");
    }
}
