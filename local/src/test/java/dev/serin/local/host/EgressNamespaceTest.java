package dev.serin.local.host;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The way out of a mesh, from a pod to a server of the machine's; the machine is a namespace of
/// our own. See [EgressHost] for what is outside, [EgressMesh] for what is tried. Root of a user
/// namespace is what an ordinary user's mesh is to the machine's network.
@Tag("namespace")
class EgressNamespaceTest {
    @ParameterizedTest
    @CsvSource({"on,root", "on,user", "off,root", "off,user", "killed,root"})
    void podsReachTheMachinesNetworkIfTheyMay(String egress, String user) throws Exception {
        Inside.run(EgressHost.class, egress, user);
    }
}
