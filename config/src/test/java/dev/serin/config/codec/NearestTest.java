package dev.serin.config.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;

class NearestTest {
    @Test
    void findsWhatWasMeant() {
        assertEquals("hosts", Nearest.to("host", List.of("gateways", "hosts", "http")));
        assertEquals("weight", Nearest.to("wieght", List.of("destination", "weight")));
        assertEquals("replicas", Nearest.to("Replica", List.of("paused", "replicas")));
        assertEquals("matchLabels", Nearest.to("matchlabels", List.of("matchLabels")));
        assertEquals("v2", Nearest.to("version-v2", List.of("v1", "v2")));
        assertEquals("hostname", Nearest.to("host", List.of("route", "hostname")));
    }

    @Test
    void saysNothingWhereNothingIsNear() {
        assertNull(Nearest.to("color", List.of("hosts", "http", "tls")));
        assertNull(Nearest.to("x", List.of()));
        assertNull(Nearest.to("tls", List.of("tcp", "hosts")));
    }

    @Test
    void durationsAreGos() {
        assertEquals(Duration.ofMinutes(90), GoDuration.parse("1h30m"));
        assertEquals(Duration.ofMillis(1500), GoDuration.parse("1.5s"));
        assertEquals(Duration.ofNanos(250_000), GoDuration.parse("250us"));
        assertEquals(Duration.ofSeconds(-2), GoDuration.parse("-2s"));
        assertEquals(Duration.ZERO, GoDuration.parse("0"));
        assertEquals(Duration.ZERO, GoDuration.parse("0s"));
        for (var wrong :
                List.of("", "5", "s", "5 s", "5x", "1h30", ".s", "-", "9999999h9999999h")) {
            assertNull(GoDuration.parse(wrong), wrong);
        }
    }
}
