package dev.serin.local.controllers.scale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import tools.jackson.databind.json.JsonMapper;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/// How many pods which values ask for, beside what Kubernetes answers to the same.
class ArithmeticTest {
    /// Pods: a number is one that is ready and uses so many thousandths of a core, of 1000 that it
    /// requests; `u` is unready, `m` missing, `x` going.
    @ParameterizedTest
    @CsvSource({
        // current, target, pods, replicas, utilization
        "3, 30, 300 500 700, 5, 50",
        "3, 50, 500 500 500, 3, 50",
        "3, 50, 540 550 540, 3, 54",
        "3, 50, 560 560 560, 4, 56",
        "5, 50, 100 300 500 250 250, 3, 28",
        "3, 100, 1200 x x, 2, 120",
        // Unready ones count as idle when there should be more.
        "3, 30, u 500 700, 4, 60",
        "4, 30, u u 500 700, 4, 60",
        // … and not at all when there should be fewer.
        "4, 60, u u 100 200, 1, 15",
        // Missing ones count as idle when there should be more,
        "4, 50, 950 950 950 m, 6, 95",
        "4, 60, 950 m m m, 4, 95",
        // … as fully used when there should be fewer.
        "2, 100, 100 m, 2, 10",
        "4, 60, 100 100 100 m, 3, 10",
        // What is missing must not turn the direction round.
        "5, 60, 500 400 m m m, 5, 45",
        "5, 50, 650 u m 600 m, 5, 62",
    })
    void utilization(int current, int target, String pods, int replicas, int utilization) {
        var proposal =
                Objects.requireNonNull(
                        Arithmetic.utilization(
                                current, target, pods(pods), Arithmetic.Tolerance.USUAL));
        assertEquals(replicas, proposal.replicas());
        assertEquals(utilization, proposal.utilization());
    }

    @ParameterizedTest
    @CsvSource({
        "3, 15000, 20000 10000 30000, 4",
        "3, 20000, 20000 21000 22000, 3",
        "3, 20000, 10000 10000 10000, 2",
        "4, 15000, 30000 30000 m m, 4",
        "3, 15000, 5000 5000 m, 2",
    })
    void averages(int current, double target, String pods, int replicas) {
        assertEquals(
                replicas,
                Objects.requireNonNull(
                                Arithmetic.average(
                                        current, target, pods(pods), Arithmetic.Tolerance.USUAL))
                        .replicas());
    }

    @Test
    void whereNothingIsKnownThereIsNoProposal() {
        assertNull(Arithmetic.utilization(2, 50, pods("u m"), Arithmetic.Tolerance.USUAL));
    }

    @Test
    void oneValueForAll() {
        var usual = Arithmetic.Tolerance.USUAL;
        assertEquals(4, Arithmetic.total(2, 200, 100, 2, usual));
        assertEquals(2, Arithmetic.total(2, 109, 100, 2, usual));
        assertEquals(3, Arithmetic.total(0, 250, 100, 0, usual));
        assertEquals(5, Arithmetic.share(3, 500, 100, 3, usual));
        assertEquals(3, Arithmetic.share(3, 290, 100, 3, usual));
    }

    private static List<Arithmetic.Pod> pods(String text) {
        var all = new ArrayList<Arithmetic.Pod>();
        for (var word : text.split(" ")) {
            all.add(
                    switch (word) {
                        case "u" -> new Arithmetic.Pod(Arithmetic.State.UNREADY, 999, 1000);
                        case "m" -> new Arithmetic.Pod(Arithmetic.State.MISSING, 0, 1000);
                        case "x" -> new Arithmetic.Pod(Arithmetic.State.IGNORED, 999, 1000);
                        default ->
                                new Arithmetic.Pod(
                                        Arithmetic.State.READY, Double.parseDouble(word), 1000);
                    });
        }
        return all;
    }

    /// Added and taken: `pods@secondsAgo`.
    @ParameterizedTest
    @CsvSource({
        "'', 3 30 1 100, '', '', 6, ScaleUpLimit",
        "'', 1 30 1 100, '', '', 4, ScaleUpLimit",
        "'', 9 30 1 10, '', '', 10, TooManyReplicas",
        "'', 9 2 3 10, '', '', 3, TooFewReplicas",
        "'', 9 5 3 10, '', '', 5, DesiredWithinRange",
        // With behavior and nothing said of growth: 4 pods or 100 % in 15 s.
        "{'scaleDown':{}}, 3 30 1 100, '', '', 7, ScaleUpLimit",
        "{'scaleDown':{}}, 7 30 1 100, 4@10, '', 7, ScaleUpLimit",
        "{'scaleDown':{}}, 7 30 1 100, 4@15, '', 14, ScaleUpLimit",
        "'{''scaleUp'':{''selectPolicy'':''Min'',''policies'':[{''type'':''Pods'',''value'':2,''periodSeconds'':60},{''type'':''Percent'',''value'':10,''periodSeconds'':60}]}}',"
            + " 10 30 1 100, '', '', 11, ScaleUpLimit",
        "'{''scaleUp'':{''selectPolicy'':''Disabled''}}', 10 30 1 100, '', '', 10, ScaleUpLimit",
        "'{''scaleDown'':{''policies'':[{''type'':''Pods'',''value'':2,''periodSeconds'':60}]}}',"
                + " 10 1 1 100, '', '', 8, ScaleDownLimit",
        "'{''scaleDown'':{''policies'':[{''type'':''Pods'',''value'':2,''periodSeconds'':60}]}}',"
                + " 8 1 1 100, '', 2@59, 8, ScaleDownLimit",
        "'{''scaleDown'':{''policies'':[{''type'':''Percent'',''value'':25,''periodSeconds'':60}]}}',"
            + " 10 1 1 100, '', '', 7, ScaleDownLimit",
        "{'scaleUp':{}}, 10 1 2 100, '', '', 2, TooFewReplicas",
    })
    void pace(
            String behavior, String step, String added, String taken, int replicas, String reason) {
        var now = Duration.ofHours(1).toNanos();
        var numbers = Stream.of(step.split(" ")).mapToInt(Integer::parseInt).toArray();
        var limited =
                pace(behavior)
                        .limit(
                                new Pace.Step(numbers[0], numbers[1], numbers[2], numbers[3]),
                                entries(added, now),
                                entries(taken, now),
                                now);
        assertEquals(replicas + " " + reason, limited.replicas() + " " + limited.reason());
    }

    @Test
    void theMostCarefulRecommendationCounts() {
        var now = Duration.ofHours(1).toNanos();
        var before = entries("9@299 7@20 3@10 20@300", now);
        assertEquals(9, pace("").calm(8, 2, before, now));
        assertEquals(12, pace("").calm(8, 12, before, now));
        var both =
                pace(
                        "{'scaleUp':{'stabilizationWindowSeconds':15},'scaleDown':{'stabilizationWindowSeconds':25}}");
        assertEquals(8, both.calm(8, 12, before, now));
        assertEquals(7, both.calm(8, 2, before, now));
        assertEquals(
                2, pace("{'scaleDown':{'stabilizationWindowSeconds':0}}").calm(8, 2, before, now));
    }

    private static Pace pace(String behavior) {
        return Pace.of(
                JsonMapper.shared()
                        .readTree(behavior.isEmpty() ? "null" : behavior.replace('\'', '"')));
    }

    private static List<Pace.Entry> entries(String text, long now) {
        var all = new ArrayList<Pace.Entry>();
        for (var word : text.split(" ")) {
            if (!word.isEmpty()) {
                var parts = word.split("@");
                all.add(
                        new Pace.Entry(
                                now - Duration.ofSeconds(Long.parseLong(parts[1])).toNanos(),
                                Integer.parseInt(parts[0])));
            }
        }
        return all;
    }
}
