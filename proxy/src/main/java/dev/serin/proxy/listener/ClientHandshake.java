package dev.serin.proxy.listener;

import dev.serin.base.time.Timers;
import dev.serin.proxy.stream.TlsFacts;
import dev.serin.proxy.tls.Handshake;
import dev.serin.proxy.worker.Worker;

import io.netty.channel.Channel;

import org.jspecify.annotations.Nullable;

import java.util.function.Consumer;

/// Waits for a client's TLS handshake, but not for ever where that is configured. The connection's
/// event loop only.
final class ClientHandshake implements Handshake {
    private final Worker worker;
    private final long millis;
    private final Consumer<TlsFacts> then;
    private final Consumer<String> otherwise;
    private Timers.@Nullable Timer timer;
    private boolean late;

    /// @param millis 0 for ever
    ClientHandshake(
            Worker worker, long millis, Consumer<TlsFacts> then, Consumer<String> otherwise) {
        this.worker = worker;
        this.millis = millis;
        this.then = then;
        this.otherwise = otherwise;
    }

    void begin(Channel channel) {
        if (millis > 0) {
            timer =
                    worker.after(
                            millis,
                            () -> {
                                late = true;
                                channel.close();
                            });
        }
    }

    @Override
    public void secured(TlsFacts facts) {
        end();
        then.accept(facts);
    }

    @Override
    public void failed(String reason) {
        end();
        otherwise.accept(late ? "transport socket timeout was reached" : reason);
    }

    private void end() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
    }
}
