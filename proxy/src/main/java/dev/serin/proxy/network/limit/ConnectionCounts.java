package dev.serin.proxy.network.limit;

import com.google.protobuf.util.Durations;

import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.extension.ExtensionConfig;
import dev.serin.proxy.network.filter.ConnectionContext;
import dev.serin.proxy.network.filter.NetworkFilter;
import dev.serin.proxy.network.filter.NetworkFilterFactory;

import io.envoyproxy.envoy.extensions.filters.network.connection_limit.v3.ConnectionLimit;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/// Compiles Envoy's connection limit: no more than so many connections of a filter chain at once,
/// counted over all workers. One more is closed, after a delay if that is configured. Connections
/// that come to several workers in the same instant may all get the last place.
public final class ConnectionCounts implements NetworkFilterFactory {
    @Override
    public List<String> types() {
        return List.of("envoy.extensions.filters.network.connection_limit.v3.ConnectionLimit");
    }

    @Override
    public NetworkFilter compile(ExtensionConfig config) throws ConfigProblem {
        var message = config.as(ConnectionLimit.parser());
        var most = message.getMaxConnections().getValue();
        if (most < 1) {
            throw new ConfigProblem("max_connections", "is " + most + ", not 1 or more");
        }
        return new Limit(
                "connection_limit." + message.getStatPrefix() + ".limited_connections",
                most,
                Durations.toMillis(message.getDelay()),
                !message.hasRuntimeEnabled()
                        || message.getRuntimeEnabled().getDefaultValue().getValue(),
                new AtomicLong());
    }

    /// @param open connections that were let in and have not ended
    private record Limit(
            String counter, long most, long refusalMillis, boolean enabled, AtomicLong open)
            implements NetworkFilter {
        @Override
        public @Nullable String refusal(ConnectionContext connection) {
            if (!enabled || open.get() < most) {
                return null;
            }
            connection.count().accept(counter);
            return "connection_limit";
        }

        @Override
        public @Nullable ChannelHandler handler(ConnectionContext connection) {
            return enabled ? new Until(open) : null;
        }
    }

    /// Counts a connection as long as it lives.
    private static final class Until extends ChannelInboundHandlerAdapter {
        private final AtomicLong open;

        Until(AtomicLong open) {
            this.open = open;
        }

        @Override
        public void handlerAdded(ChannelHandlerContext ctx) {
            open.incrementAndGet();
            ctx.channel().closeFuture().addListener(_ -> open.decrementAndGet());
        }
    }
}
