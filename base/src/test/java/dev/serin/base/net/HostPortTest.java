package dev.serin.base.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.base.ProblemException;

import org.junit.jupiter.api.Test;

class HostPortTest {
    @Test
    void whatIsReadIsWrittenTheSame() {
        for (var text : new String[] {"127.0.0.1:80", "digits.default:8501", "[::1]:443", "x:0"}) {
            assertEquals(text, HostPort.parse(text).toString());
        }
        assertEquals("::1", HostPort.parse("[::1]:443").host());
    }

    @Test
    void whatIsNoneIsAProblemWithTheForm() {
        for (var text : new String[] {"::1:443", "host:", "host", "host:http"}) {
            var problem = assertThrows(ProblemException.class, () -> HostPort.parse(text), text);
            assertTrue(problem.getMessage().contains("'" + text + "'"), problem.getMessage());
        }
        assertThrows(ProblemException.class, () -> HostPort.parse("host:65536"));
    }
}
