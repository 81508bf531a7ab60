package dev.serin.config.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;

class GoDurationTest {
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
