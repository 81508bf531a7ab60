package dev.serin.proxy.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.base.ProblemException;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;

class ProxyHostProtocolTest {
    @Test
    void bothEndsReadWhatTheOtherWrites() {
        var start =
                new ProxyHostProtocol.Start(
                        "default/web-1",
                        "/run/netns/web",
                        List.of("proxy", "sidecar"),
                        Map.of("A", "line\nbreak \"ü\""),
                        Map.of("/etc/istio/pod", "/somewhere"),
                        "/log");
        var line = ProxyHostProtocol.encode(start);
        assertFalse(line.contains("\n"));
        assertEquals(start, ProxyHostProtocol.order(line));
        var stop = new ProxyHostProtocol.Stop("default/web-1", 5000);
        assertEquals(stop, ProxyHostProtocol.order(ProxyHostProtocol.encode(stop)));
        for (var event :
                List.of(
                        new ProxyHostProtocol.Started("a"),
                        new ProxyHostProtocol.Ready("a"),
                        new ProxyHostProtocol.Ended("a", 1, "port 15006: taken"))) {
            assertEquals(event, ProxyHostProtocol.event(ProxyHostProtocol.encode(event)));
        }
    }

    @Test
    void refusesOtherLines() {
        for (var line : List.of("", "hello", "{}", "{\"order\":\"dance\"}", "[1]")) {
            var problem = assertThrows(ProblemException.class, () -> ProxyHostProtocol.order(line));
            assertTrue(problem.getMessage().contains("proxy host's line"));
        }
    }
}
