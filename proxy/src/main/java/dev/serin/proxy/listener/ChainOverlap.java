package dev.serin.proxy.listener;

import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.listener.ListenerConfig.Chain;

import java.util.HashMap;
import java.util.List;

/// Refuses filter chains of which two ask for the same connections, as Envoy does: it would be
/// chance which of them gets one.
final class ChainOverlap {
    private ChainOverlap() {}

    static void check(List<Chain> chains) throws ConfigProblem {
        var taken = new HashMap<List<Object>, Chain>();
        for (var i = 0; i < chains.size(); i++) {
            var chain = chains.get(i);
            for (var criteria : chain.match().combinations()) {
                var before = taken.put(criteria, chain);
                if (before != null && before != chain) {
                    throw new ConfigProblem(
                            "filter_chains[" + i + "].filter_chain_match",
                            "asks for the same connections as the chain '" + before.name() + "'");
                }
            }
        }
    }
}
