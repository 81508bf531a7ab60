package dev.serin.proxy.upstream.outlier;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.protobuf.UInt32Value;
import com.google.protobuf.util.Durations;

import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.upstream.ClusterEvent;
import dev.serin.proxy.upstream.Host;
import dev.serin.proxy.upstream.HostFlag;
import dev.serin.proxy.upstream.Hosts;
import dev.serin.proxy.upstream.Outcome;
import dev.serin.testkit.FakeTime;
import dev.serin.testkit.ScriptedDraws;

import io.envoyproxy.envoy.config.cluster.v3.OutlierDetection;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/// What Envoy 1.40 does with the same settings, asked of it once, and what its documentation says.
final class OutlierDetectorTest {
    private final FakeTime time = new FakeTime();
    private final Map<ClusterEvent, Long> counts = new EnumMap<>(ClusterEvent.class);
    private final List<Host> hosts =
            IntStream.range(0, 10).mapToObj(i -> Hosts.host(1 + i)).toList();

    private OutlierDetector detector(OutlierDetection.Builder config, List<Host> all)
            throws ConfigProblem {
        return new OutlierDetector(
                OutlierConfig.compile(config.build()),
                new OutlierDetector.Means(
                        () -> all,
                        _ -> {},
                        (event, times) -> counts.merge(event, times, Long::sum),
                        time,
                        time,
                        new ScriptedDraws(3),
                        Runnable::run));
    }

    private static UInt32Value of(int value) {
        return UInt32Value.of(value);
    }

    private static boolean out(Host host) {
        return host.has(HostFlag.FAILED_OUTLIER_CHECK);
    }

    private void answer(OutlierDetector detector, Host host, int times, int status) {
        for (var i = 0; i < times; i++) {
            detector.answered(host, status);
        }
    }

    @Test
    void failuresInARowEjectAndEachTimeForLonger() throws ConfigProblem {
        var host = hosts.getFirst();
        try (var detector = detector(OutlierDetection.newBuilder(), hosts)) {
            answer(detector, host, 4, 500);
            answer(detector, host, 1, 200);
            answer(detector, host, 4, 500);
            assertEquals(false, out(host));
            answer(detector, host, 1, 500);
            assertEquals(true, out(host));
            time.advance(Duration.ofSeconds(29));
            assertEquals(true, out(host));
            time.advance(Duration.ofSeconds(1));
            assertEquals(false, out(host));
            answer(detector, host, 5, 503);
            time.advance(Duration.ofSeconds(50));
            assertEquals(true, out(host), "the second time lasts twice as long");
            time.advance(Duration.ofSeconds(10));
            assertEquals(false, out(host));
            // good behaviour makes up for it, an interval a time
            time.advance(Duration.ofSeconds(20));
            answer(detector, host, 5, 503);
            time.advance(Duration.ofSeconds(30));
            assertEquals(false, out(host));
        }
    }

    @Test
    void soManyMayBeOutAtOnce() throws ConfigProblem {
        var two = hosts.subList(0, 2);
        try (var detector = detector(OutlierDetection.newBuilder(), two)) {
            answer(detector, two.getFirst(), 5, 500);
            assertEquals(false, out(two.getFirst()), "10 % of two hosts is none");
            assertEquals(1L, counts.get(ClusterEvent.OUTLIER_EJECTIONS_OVERFLOW));
        }
        var one =
                OutlierDetection.newBuilder()
                        .setAlwaysEjectOneHost(com.google.protobuf.BoolValue.of(true));
        try (var detector = detector(one, two)) {
            answer(detector, two.getFirst(), 5, 500);
            answer(detector, two.getLast(), 5, 500);
            assertEquals(List.of(true, false), List.of(out(two.getFirst()), out(two.getLast())));
        }
    }

    @Test
    void whatIsOfTheConnectionIsToldApartIfAsked() throws ConfigProblem {
        var host = hosts.getFirst();
        var split =
                OutlierDetection.newBuilder()
                        .setSplitExternalLocalOriginErrors(true)
                        .setConsecutiveLocalOriginFailure(of(2));
        try (var detector = detector(split, hosts)) {
            detector.ended(host, Outcome.CONNECT_FAILED);
            detector.ended(host, Outcome.CONNECTED);
            detector.ended(host, Outcome.CONNECT_FAILED);
            assertEquals(false, out(host));
            detector.ended(host, Outcome.TIMEOUT);
            assertEquals(true, out(host));
        }
        var other = hosts.get(1);
        try (var detector =
                detector(
                        OutlierDetection.newBuilder().setConsecutive5Xx(of(2)),
                        List.of(other, hosts.get(2)).subList(0, 1))) {
            detector.ended(other, Outcome.CONNECT_FAILED);
            detector.ended(other, Outcome.TIMEOUT);
            assertEquals(1L, counts.get(ClusterEvent.OUTLIER_EJECTIONS_OVERFLOW));
        }
    }

    @Test
    void theWorstOfManyStandsOut() throws ConfigProblem {
        var config =
                OutlierDetection.newBuilder()
                        .setConsecutive5Xx(of(1000))
                        .setInterval(Durations.fromSeconds(1));
        try (var detector = detector(config, hosts)) {
            for (var host : hosts) {
                var bad = host.equals(hosts.getLast()) ? 50 : 2;
                answer(detector, host, bad, 500);
                answer(detector, host, 100 - bad, 200);
            }
            time.advance(Duration.ofSeconds(1));
            assertEquals(
                    List.of(hosts.getLast()),
                    hosts.stream().filter(OutlierDetectorTest::out).toList());
            assertEquals(1L, counts.get(ClusterEvent.OUTLIER_ENFORCED_SUCCESS_RATE));
        }
    }

    @Test
    void aShareOfFailuresEjectsIfEnforced() throws ConfigProblem {
        var config =
                OutlierDetection.newBuilder()
                        .setConsecutive5Xx(of(1000))
                        .setEnforcingSuccessRate(of(0))
                        .setEnforcingFailurePercentage(of(100))
                        .setMaxEjectionPercent(of(30))
                        .setInterval(Durations.fromSeconds(1));
        try (var detector = detector(config, hosts)) {
            for (var host : hosts) {
                var bad = host.address().getPort() > 5 ? 90 : 10;
                answer(detector, host, bad, 500);
                answer(detector, host, 100 - bad, 200);
            }
            time.advance(Duration.ofSeconds(1));
            assertEquals(3, hosts.stream().filter(OutlierDetectorTest::out).count());
            assertEquals(3L, counts.get(ClusterEvent.OUTLIER_ENFORCED_FAILURE_PERCENTAGE));
        }
    }
}
