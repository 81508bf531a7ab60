package dev.serin.proxy.upstream.dns;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.serin.proxy.upstream.Assignment;
import dev.serin.proxy.upstream.Assignment.Address;
import dev.serin.proxy.upstream.Assignment.Check;
import dev.serin.proxy.upstream.Assignment.Endpoint;
import dev.serin.proxy.upstream.Assignment.Status;
import dev.serin.proxy.upstream.ClusterObserver;
import dev.serin.proxy.upstream.balance.HostSet.Place;
import dev.serin.proxy.upstream.dns.DnsConfig.Family;
import dev.serin.proxy.upstream.dns.Resolver.Answer;
import dev.serin.testkit.FakeTime;
import dev.serin.testkit.NothingLeft;
import dev.serin.testkit.ScriptedDraws;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// When names are looked up again, and what becomes of the hosts.
@ExtendWith(NothingLeft.class)
final class DnsHostsTest {
    private final FakeTime time = new FakeTime();
    private final List<String> asked = new ArrayList<>();
    private final List<List<String>> found = new ArrayList<>();
    private @Nullable Answer answer = new Answer(List.of(InetAddress.ofLiteral("10.0.0.1")), null);

    private DnsHosts hosts(DnsConfig config, boolean logical) {
        var endpoint =
                new Endpoint(
                        new Address("shop", 80),
                        List.of(),
                        1,
                        0,
                        Place.NOWHERE,
                        Status.HEALTHY,
                        Map.of(),
                        "",
                        Check.USUAL);
        var hosts =
                new DnsHosts(
                        config,
                        Assignment.of(List.of(endpoint)),
                        logical,
                        new DnsHosts.Means(
                                (name, _, then) -> {
                                    asked.add(name);
                                    then.accept(answer);
                                },
                                time,
                                Runnable::run,
                                ClusterObserver.NONE),
                        new ScriptedDraws(5).script("jitter", 499, 499, 499).named("jitter"),
                        assignment ->
                                found.add(
                                        assignment.endpoints().stream()
                                                .map(e -> e.address().host() + e.others().size())
                                                .toList()));
        hosts.start();
        return hosts;
    }

    private static DnsConfig config(
            boolean respectTtl, @Nullable Duration failureBase, @Nullable Duration failureMost) {
        return new DnsConfig(
                Family.AUTO,
                Duration.ofSeconds(5),
                respectTtl,
                Duration.ZERO,
                failureBase,
                failureMost);
    }

    private static Answer answer(@Nullable Duration ttl, String... addresses) {
        return new Answer(
                java.util.Arrays.stream(addresses).map(InetAddress::ofLiteral).toList(), ttl);
    }

    @Test
    void namesAreAskedAtTheirRate() {
        try (var _ = hosts(config(false, null, null), false)) {
            time.advance(Duration.ofMillis(4_999));
            assertEquals(1, asked.size());
            time.advance(Duration.ofMillis(1));
            assertEquals(2, asked.size());
            assertEquals(List.of(List.of("10.0.0.10")), found, "the same is not told twice");
        }
    }

    @Test
    void theTimeToLiveIsHeededWhereThatIsWanted() {
        answer = answer(Duration.ofSeconds(30), "10.0.0.1");
        try (var _ = hosts(config(true, null, null), false)) {
            time.advance(Duration.ofSeconds(29));
            assertEquals(1, asked.size());
            time.advance(Duration.ofSeconds(1));
            assertEquals(2, asked.size());
        }
        try (var _ = hosts(config(false, null, null), false)) {
            time.advance(Duration.ofSeconds(5));
            assertEquals(4, asked.size(), "where it is not");
        }
    }

    @Test
    void failuresAreFollowedByLongerAndLongerPauses() {
        answer = null;
        var config = config(false, Duration.ofMillis(500), Duration.ofMillis(800));
        try (var _ = hosts(config, false)) {
            assertEquals(List.of(List.of()), found, "that there are none is known");
            time.advance(Duration.ofMillis(499));
            assertEquals(1, asked.size());
            time.advance(Duration.ofMillis(1));
            assertEquals(2, asked.size(), "as long as was drawn of at most 500 ms");
            answer = answer(null, "10.0.0.7");
            time.advance(Duration.ofMillis(500));
            assertEquals(3, asked.size());
            assertEquals(List.of("10.0.0.70"), found.getLast());
            answer = null;
            time.advance(Duration.ofSeconds(5));
            assertEquals(2, found.size(), "what was found before stays");
        }
    }

    @Test
    void anAddressIsAHostOrANameIs() {
        answer = answer(null, "10.0.0.1", "10.0.0.2");
        try (var _ = hosts(config(false, null, null), false)) {
            assertEquals(List.of("10.0.0.10", "10.0.0.20"), found.getLast());
        }
        try (var _ = hosts(config(false, null, null), true)) {
            assertEquals(List.of("10.0.0.11"), found.getLast(), "the others are tried after it");
        }
    }
}
