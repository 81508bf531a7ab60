package dev.serin.proxy.bootstrap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.serin.xds.client.AdsTerms;

import org.junit.jupiter.api.Test;

import java.nio.file.Path;

/// The bootstraps that a newcomer tries.
class ExamplesTest {
    private static final Path FOLDER = Path.of("..", "examples", "proxy");

    @Test
    void theOneWithEverythingInIt() {
        var options = FileBootstrap.read(FOLDER.resolve("canary.yaml"));
        assertNull(options.discovery());
        assertEquals(9901, options.ports().admin().port());
        assertEquals(2, options.statics().getFirst().changed().size());
    }

    @Test
    void theOneThatAsks() {
        var discovery = FileBootstrap.read(FOLDER.resolve("discovery.yaml")).discovery();
        assertNotNull(discovery);
        assertEquals("127.0.0.1:18000", discovery.server().toString());
        assertEquals(AdsTerms.USUAL, discovery.whole());
    }
}
