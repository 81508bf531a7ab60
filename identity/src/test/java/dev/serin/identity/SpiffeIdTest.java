package dev.serin.identity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.base.ProblemException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SpiffeIdTest {
    @Test
    void readsWhatItWrites() {
        var id = SpiffeId.parse("spiffe://cluster.local/ns/default/sa/bookinfo");
        assertEquals("default", id.namespace());
        assertEquals("bookinfo", id.serviceAccount());
        assertEquals("cluster.local/ns/default/sa/bookinfo", id.principal());
        assertEquals(id, SpiffeId.parse(id.uri()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "cluster.local/ns/default/sa/a",
                "spiffe://cluster.local/ns/default",
                "spiffe://cluster.local/ns//sa/a",
                "spiffe://cluster.local/ns/default/sa/a/b",
                "spiffe://Cluster.local/ns/default/sa/a",
                "https://cluster.local/ns/default/sa/a"
            })
    void refusesAnotherForm(String uri) {
        var refusal = assertThrows(ProblemException.class, () -> SpiffeId.parse(uri));
        assertTrue(refusal.getMessage().contains("expected"), refusal.getMessage());
    }
}
