package dev.serin.proxy.upstream.pool;

import dev.serin.base.time.Timers;
import dev.serin.proxy.worker.Worker;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ConnectTimeoutException;

import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/// Connects to whichever of an endpoint's addresses answers first: the next one is tried when the
/// last has failed or has not answered for a while. The worker's loop only. As Envoy's happy
/// eyeballs.
final class Race {
    private static final long HEAD_START_MILLIS = 300;

    private final Worker worker;
    private final Function<InetSocketAddress, ChannelFuture> dial;
    private final Consumer<Channel> won;
    private final Consumer<Throwable> lost;
    private final ArrayDeque<InetSocketAddress> next;
    private final List<ChannelFuture> running = new ArrayList<>();
    private Timers.Timer headStart = () -> {};
    private Timers.Timer limit = () -> {};
    private boolean over;

    /// @param dial begins to connect
    /// @param won gets the first connection, `lost` the failure of the last; one is called, once
    Race(
            Worker worker,
            List<InetSocketAddress> addresses,
            Function<InetSocketAddress, ChannelFuture> dial,
            Consumer<Channel> won,
            Consumer<Throwable> lost) {
        this.worker = worker;
        this.dial = dial;
        this.won = won;
        this.lost = lost;
        this.next = new ArrayDeque<>(interleaved(addresses));
    }

    /// IPv4 and IPv6 in turn, beginning with the family of the first.
    static List<InetSocketAddress> interleaved(List<InetSocketAddress> addresses) {
        var same = new ArrayDeque<InetSocketAddress>();
        var other = new ArrayDeque<InetSocketAddress>();
        for (var address : addresses) {
            (v6(address) == v6(addresses.getFirst()) ? same : other).add(address);
        }
        var order = new ArrayList<InetSocketAddress>(addresses.size());
        while (!same.isEmpty() || !other.isEmpty()) {
            if (!same.isEmpty()) {
                order.add(same.remove());
            }
            if (!other.isEmpty()) {
                order.add(other.remove());
            }
        }
        return order;
    }

    private static boolean v6(InetSocketAddress address) {
        return address.getAddress() instanceof Inet6Address;
    }

    /// @param millis for all of them together
    /// @return the first of them
    ChannelFuture start(long millis) {
        limit = worker.after(millis, () -> end(new ConnectTimeoutException("connection timeout")));
        var first = dial.apply(next.remove());
        worker.loop().execute(() -> began(first)); // so that nothing ends before this returns
        return first;
    }

    private void another() {
        headStart.cancel();
        var address = next.poll();
        if (address != null && !over) {
            began(dial.apply(address));
        }
    }

    private void began(ChannelFuture future) {
        if (!next.isEmpty()) {
            headStart = worker.after(HEAD_START_MILLIS, this::another);
        }
        running.add(future);
        future.addListener((ChannelFuture done) -> ended(done));
    }

    private void ended(ChannelFuture done) {
        running.remove(done);
        if (over) {
            done.channel().close();
        } else if (done.isSuccess()) {
            stop();
            won.accept(done.channel());
        } else if (!next.isEmpty()) {
            another();
        } else if (running.isEmpty()) {
            end(done.cause());
        }
    }

    private void end(Throwable cause) {
        if (!over) {
            stop();
            lost.accept(cause);
        }
    }

    private void stop() {
        over = true;
        headStart.cancel();
        limit.cancel();
        for (var future : List.copyOf(running)) {
            future.channel().close();
        }
    }
}
