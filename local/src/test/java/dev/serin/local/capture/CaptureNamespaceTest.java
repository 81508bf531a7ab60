package dev.serin.local.capture;

import dev.serin.local.host.Inside;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The contract of the packet filters; see [CaptureInside] for each rule.
@Tag("namespace")
class CaptureNamespaceTest {
    @ParameterizedTest
    @ValueSource(strings = {"netlink", "nft", "iptables"})
    void leadsEachConnectionWhereItBelongs(String tool) throws Exception {
        Inside.run(CaptureInside.class, tool);
    }

    @Test
    void loadsByNetlinkWhatNftLoads() throws Exception {
        Inside.run(RulesInside.class);
    }
}
