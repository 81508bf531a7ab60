package dev.serin.proxy.network;

import dev.serin.base.time.Timers;
import dev.serin.proxy.stream.ConnectionEnd;
import dev.serin.proxy.stream.ConnectionObserver;
import dev.serin.proxy.worker.Worker;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/// Tells a connection's observers how it goes, each as often as it asks. The connection's event
/// loop only.
final class Progress {
    private final Worker worker;
    private final Supplier<ConnectionEnd> soFar;
    private final List<Telling> tellings = new ArrayList<>(1);

    /// @param soFar the connection as it is now
    Progress(Worker worker, Supplier<ConnectionEnd> soFar) {
        this.worker = worker;
        this.soFar = soFar;
    }

    /// The connection is there: they are told so, and from now on how it goes.
    void opened(List<ConnectionObserver> observers) {
        var now = soFar.get();
        for (var observer : observers) {
            observer.opened(now);
            if (observer.everyMillis() > 0) {
                tellings.add(new Telling(observer));
            }
        }
    }

    void cancel() {
        tellings.forEach(t -> t.timer.cancel());
        tellings.clear();
    }

    private final class Telling {
        private final ConnectionObserver observer;
        private Timers.Timer timer;

        Telling(ConnectionObserver observer) {
            this.observer = observer;
            this.timer = again();
        }

        private Timers.Timer again() {
            return worker.after(observer.everyMillis(), this::tell);
        }

        private void tell() {
            timer = again();
            observer.progressed(soFar.get());
        }
    }
}
