package dev.serin.proxy.network.rbac;

import com.google.protobuf.util.Durations;

import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.extension.ExtensionConfig;
import dev.serin.proxy.network.filter.ConnectionContext;
import dev.serin.proxy.network.filter.NetworkFilter;
import dev.serin.proxy.network.filter.NetworkFilterFactory;
import dev.serin.proxy.rbac.Enforcement;
import dev.serin.proxy.rbac.Visit;

import io.envoyproxy.envoy.extensions.filters.network.rbac.v3.RBAC;
import io.envoyproxy.envoy.extensions.filters.network.rbac.v3.RBAC.EnforcementType;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;

/// Compiles Envoy's RBAC for connections. They are judged before anything is sent to a host, where
/// Envoy waits for the first octet: a server that speaks first tells a stranger nothing.
public final class ConnectionRbac implements NetworkFilterFactory {
    @Override
    public List<String> types() {
        return List.of("envoy.extensions.filters.network.rbac.v3.RBAC");
    }

    @Override
    public NetworkFilter compile(ExtensionConfig config) throws ConfigProblem {
        var message = config.as(RBAC.parser());
        var enforcement =
                Enforcement.of(
                        "envoy.filters.network.rbac",
                        new Enforcement.Source(
                                message.hasRules() ? message.getRules() : null,
                                message.hasMatcher() ? message.getMatcher() : null,
                                message.hasShadowRules() ? message.getShadowRules() : null,
                                message.hasShadowMatcher() ? message.getShadowMatcher() : null,
                                false),
                        "",
                        message.getShadowRulesStatPrefix(),
                        false);
        var prefix = message.getStatPrefix();
        return new Judge(
                enforcement,
                (prefix.isEmpty() || prefix.endsWith(".") ? prefix : prefix + ".") + "rbac.",
                message.getEnforcementType() == EnforcementType.CONTINUOUS,
                Durations.toMillis(message.getDelayDeny()));
    }

    /// @param continuous judges again at each part that comes from the client
    private record Judge(
            Enforcement enforcement, String prefix, boolean continuous, long refusalMillis)
            implements NetworkFilter {
        @Override
        public @Nullable String refusal(ConnectionContext connection) {
            return enforcement.refusal(
                    new Visit(connection.downstream(), null, connection.slots(), Map.of()),
                    counted -> connection.count().accept(prefix + counted));
        }

        @Override
        public @Nullable ChannelHandler handler(ConnectionContext connection) {
            return continuous ? new Watch(this, connection) : null;
        }
    }

    /// Judges a connection while it lives.
    private static final class Watch extends ChannelInboundHandlerAdapter {
        private final Judge judge;
        private final ConnectionContext connection;

        Watch(Judge judge, ConnectionContext connection) {
            this.judge = judge;
            this.connection = connection;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (judge.refusal(connection) == null) {
                ctx.fireChannelRead(message);
            } else {
                ReferenceCountUtil.release(message);
                ctx.close();
            }
        }
    }
}
