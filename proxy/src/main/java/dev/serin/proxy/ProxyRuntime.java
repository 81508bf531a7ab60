package dev.serin.proxy;

import dev.serin.base.chance.Draws;
import dev.serin.base.flow.Owner;
import dev.serin.base.time.ThreadTimers;
import dev.serin.base.time.Ticker;
import dev.serin.base.time.Timers;
import dev.serin.proxy.socket.Transport;
import dev.serin.proxy.tls.TlsNeeds;
import dev.serin.proxy.worker.Workers;

import java.time.Duration;

/// What all proxies of one process share.
///
/// @param workers the event loops
/// @param logWriter writes the logs of all of them
/// @param distrust how long connections go on whose peers are trusted no more
public record ProxyRuntime(
        Workers workers,
        Ticker ticker,
        Timers timers,
        Draws draws,
        Owner logWriter,
        Duration distrust) {
    /// With the usual times.
    public ProxyRuntime(
            Workers workers, Ticker ticker, Timers timers, Draws draws, Owner logWriter) {
        this(workers, ticker, timers, draws, logWriter, TlsNeeds.USUAL_DISTRUST);
    }

    /// The machine's own time and chance; close the answer after the last proxy.
    ///
    /// @param workers event loops, as a rule one a core
    public static Machine ofMachine(int workers) {
        var timers = new ThreadTimers("proxy-timers", ProxyRuntime::report);
        return new Machine(
                new ProxyRuntime(
                        new Workers(workers, Transport.best(), Ticker.system()),
                        Ticker.system(),
                        timers,
                        Draws.system(),
                        new Owner("proxy-log", ProxyRuntime::report)),
                timers);
    }

    private static void report(Throwable failure) {
        System.err.println("proxy: " + failure);
    }

    /// A runtime that owns its threads.
    public record Machine(ProxyRuntime runtime, ThreadTimers timers) implements AutoCloseable {
        @Override
        public void close() {
            runtime.workers.close();
            timers.close();
            runtime.logWriter.close();
        }
    }
}
