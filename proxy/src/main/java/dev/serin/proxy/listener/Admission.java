package dev.serin.proxy.listener;

import io.netty.channel.Channel;
import io.netty.channel.group.ChannelGroup;

import org.jspecify.annotations.Nullable;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/// Which connections from clients are let in: so many in all, and so many of one listener. As
/// Envoy's global downstream connections and
/// `envoy.resource_limits.listener.NAME.connection_limit`. Any thread.
public final class Admission {
    private final ChannelGroup open;
    private final Map<String, AtomicInteger> counts = new ConcurrentHashMap<>();
    private final AtomicInteger all = new AtomicInteger();
    private volatile int most = Integer.MAX_VALUE;
    private volatile Map<String, Integer> ofListeners = Map.of();

    /// @param open every connection is put into it
    public Admission(ChannelGroup open) {
        this.open = open;
    }

    /// @param connections in all
    /// @param byListener at most of single listeners
    public void limit(int connections, Map<String, Integer> byListener) {
        most = connections;
        ofListeners = Map.copyOf(byListener);
    }

    /// Lets a connection in: null, or the name of what counts those that are not, after the
    /// listener's.
    @Nullable String admit(String listener, Channel channel) {
        var own = ofListeners.get(listener);
        var count = own == null ? null : counts.computeIfAbsent(listener, _ -> new AtomicInteger());
        if (count != null && own != null && count.incrementAndGet() > own) {
            count.decrementAndGet();
            return "downstream_cx_overflow";
        }
        if (all.incrementAndGet() > most) {
            all.decrementAndGet();
            if (count != null) {
                count.decrementAndGet();
            }
            return "downstream_global_cx_overflow";
        }
        open.add(channel);
        channel.closeFuture()
                .addListener(_ -> {
                    all.decrementAndGet();
                    if (count != null) {
                        count.decrementAndGet();
                    }
                });
        return null;
    }
}
