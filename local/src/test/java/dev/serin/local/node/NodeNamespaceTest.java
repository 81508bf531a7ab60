package dev.serin.local.node;

import dev.serin.local.host.Inside;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Pods as real processes; see [NodeInside] for each step.
@Tag("namespace")
class NodeNamespaceTest {
    @Test
    void runsPods() throws Exception {
        System.out.println(Inside.run(NodeInside.class));
    }
}
