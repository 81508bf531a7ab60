package dev.serin.conformance.clients;

import dev.serin.conformance.differential.peer.ResourceServer;
import dev.serin.conformance.differential.peer.SerinPeer;
import dev.serin.conformance.differential.scenario.Certificates;
import dev.serin.conformance.differential.scenario.ResourceSet;
import dev.serin.conformance.differential.scenario.Scenario;
import dev.serin.conformance.differential.scenario.Tree;
import dev.serin.conformance.differential.upstream.Upstream;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Our proxy with servers behind it, as a scenario's text describes both.
final class Behind implements AutoCloseable {
    private final ResourceServer server = new ResourceServer();
    private final List<Upstream> upstreams = new ArrayList<>();
    private final SerinPeer peer;

    /// @param scenario in the form of the differential scenarios
    /// @param servers ports of further servers, by the names of their clusters
    Behind(String scenario, Map<String, Integer> servers) throws Exception {
        var tree = Tree.read("clients", scenario);
        var words = new HashMap<>(Certificates.words());
        servers.forEach((name, port) -> words.put(name, Integer.toString(port)));
        new Scenario("clients", tree)
                .upstreams()
                .forEach((name, one) -> {
                    var upstream = Upstream.of(name, one);
                    upstreams.add(upstream);
                    words.put(name, Integer.toString(upstream.port()));
                });
        peer = new SerinPeer(server.port());
        var resources = ResourceSet.of(tree, words);
        server.set(resources, List.of(peer));
        var refused = server.refusals(peer);
        if (!refused.isEmpty()) {
            throw new IllegalArgumentException(refused.toString());
        }
    }

    /// Where the listener of this name is on 127.0.0.1.
    int port(String listener) {
        return peer.ports().get(listener);
    }

    @Override
    public void close() {
        peer.close();
        server.close();
        upstreams.forEach(Upstream::close);
    }
}
