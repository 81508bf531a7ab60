package dev.serin.local.cron;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.time.Instant;
import java.time.ZoneId;

class CronScheduleTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "* * * * *|2026-01-01T00:00:00Z|2026-01-01T00:01:00Z",
                "*/15 * * * *|2026-01-01T00:07:30Z|2026-01-01T00:15:00Z",
                "5 3 * * mon-fri|2026-01-02T04:00:00Z|2026-01-05T03:05:00Z",
                "0 0 29 2 *|2026-01-01T00:00:00Z|2028-02-29T00:00:00Z",
                "0 0 13 * fri|2026-01-01T00:00:00Z|2026-01-02T00:00:00Z",
                "30 4 1,15 * *|2026-01-01T05:00:00Z|2026-01-15T04:30:00Z",
                "0 22-23/1 31 dec ?|2026-12-31T22:30:00Z|2026-12-31T23:00:00Z",
                "@hourly|2026-01-01T00:00:01Z|2026-01-01T01:00:00Z",
                "@every 90s|2026-01-01T00:00:00Z|2026-01-01T00:01:30Z"
            })
    void comesNext(String text, Instant after, Instant next) {
        assertEquals(next, CronSchedule.parse(text).after(after, ZoneId.of("UTC")));
    }

    /// Half past two is not there on the night that clocks go on, so its time comes a day later; no
    /// time comes twice on the night that they go back.
    @Test
    void anHourThatIsNotThere() {
        var berlin = ZoneId.of("Europe/Berlin");
        var schedule = CronSchedule.parse("30 2 * * *");
        assertEquals(
                Instant.parse("2026-03-30T00:30:00Z"),
                schedule.after(Instant.parse("2026-03-28T12:00:00Z"), berlin));
        assertEquals(
                Instant.parse("2026-07-02T00:30:00Z"),
                schedule.after(Instant.parse("2026-07-01T12:00:00Z"), berlin));
    }

    @Test
    void aDayThatNeverComes() {
        assertNull(
                CronSchedule.parse("0 0 31 2 *")
                        .after(Instant.parse("2026-01-01T00:00:00Z"), ZoneId.of("UTC")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "61 * * *|expected exactly 5 fields, found 4: [61 * * *]",
                "61 * * * *|end of range (61) above maximum (59): 61",
                "5-1 * * * *|beginning of range (5) beyond end of range (1): 5-1",
                "*/0 * * * *|step of range should be a positive number: */0",
                "@never|unrecognized descriptor: @never",
                "x * * * *|failed to parse int from x: strconv.Atoi: parsing \"x\": invalid syntax"
            })
    void saysWhatIsWrong(String text, String why) {
        assertEquals(
                why,
                assertThrows(IllegalArgumentException.class, () -> CronSchedule.parse(text))
                        .getMessage());
    }
}
