package dev.serin.proxy.upstream;

import dev.serin.base.chance.Draws;
import dev.serin.base.time.Ticker;
import dev.serin.base.time.Timers;
import dev.serin.proxy.socket.Sockets;
import dev.serin.proxy.tls.TlsNeeds;
import dev.serin.proxy.upstream.dns.Resolver;
import dev.serin.proxy.worker.Workers;

import java.util.concurrent.Executor;
import java.util.function.Consumer;

/// What the clusters of one data plane are made with.
///
/// @param owner runs tasks on the owner's thread, one after the other
public record Upstream(
        Workers workers,
        Sockets sockets,
        Ticker ticker,
        Timers timers,
        Draws draws,
        Executor owner,
        TlsNeeds tls,
        Outside outside) {
    /// What clusters ask of, and tell, those around them.
    ///
    /// @param observers one for each cluster, for its metrics
    /// @param log is told what people want to know: changes of health
    public record Outside(
            Resolver resolver,
            ClusterObserver.Source observers,
            Consumer<String> log,
            Surroundings surroundings) {
        /// Names as this machine knows them, and nobody listens.
        public static final Outside PLAIN =
                new Outside(
                        Resolver.system(),
                        _ -> ClusterObserver.NONE,
                        _ -> {},
                        Surroundings.unknown());
    }

    Resolver resolver() {
        return outside.resolver();
    }

    ClusterObserver.Source observers() {
        return outside.observers();
    }

    Surroundings surroundings() {
        return outside.surroundings();
    }

    public Consumer<String> log() {
        return outside.log();
    }
}
