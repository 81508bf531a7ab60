package dev.serin.proxy.worker;

import dev.serin.base.time.Ticker;
import dev.serin.base.time.Timers;

import io.netty.channel.EventLoop;

import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// One event loop and what its streams share. Everything but [#loop()] and [#index()] is for that
/// loop's thread only.
public final class Worker {
    private static final long SECOND = 1_000_000_000L;

    private final int index;
    private final EventLoop loop;
    private final Ticker ticker;
    private final Pressure pressure;
    private final List<Runnable> afterPass = new ArrayList<>();
    private final Runnable endPass = this::endPass;
    private byte[] scratch = new byte[16 * 1024];
    private String date = "";
    private long dateUntil;

    Worker(int index, EventLoop loop, Ticker ticker, Pressure pressure) {
        this.index = index;
        this.loop = loop;
        this.ticker = ticker;
        this.pressure = pressure;
    }

    /// From 0, unique among the workers.
    public int index() {
        return index;
    }

    public EventLoop loop() {
        return loop;
    }

    public Ticker ticker() {
        return ticker;
    }

    /// Any thread.
    public Pressure pressure() {
        return pressure;
    }

    /// A buffer of at least `size` octets whose content lives until the next call that might use
    /// it.
    public byte[] scratch(int size) {
        if (scratch.length < size) {
            scratch = new byte[Integer.highestOneBit(size - 1) << 1];
        }
        return scratch;
    }

    /// Runs `task` when this loop has read what there is to read now, so that what one pass brings
    /// for a connection goes out together.
    public void afterPass(Runnable task) {
        if (afterPass.isEmpty()) {
            loop.execute(endPass);
        }
        afterPass.add(task);
    }

    private void endPass() {
        try {
            for (var i = 0; i < afterPass.size(); i++) {
                afterPass.get(i).run();
            }
        } finally {
            afterPass.clear();
        }
    }

    /// Runs `task` on this loop later.
    public Timers.Timer after(long millis, Runnable task) {
        var future = loop.schedule(task, millis, TimeUnit.MILLISECONDS);
        return () -> future.cancel(false);
    }

    /// The present as an HTTP date; made anew once a second.
    public String date(long nanos) {
        if (date.isEmpty() || nanos - dateUntil >= 0) {
            date =
                    DateTimeFormatter.RFC_1123_DATE_TIME.format(
                            ticker.now().atOffset(ZoneOffset.UTC));
            dateUntil = nanos + SECOND;
        }
        return date;
    }
}
