package dev.serin.base.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import org.junit.jupiter.api.Test;

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
}
