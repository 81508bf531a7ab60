package dev.serin.proxy.transport;

import com.google.protobuf.Struct;

import dev.serin.proxy.tls.Handshake;
import dev.serin.proxy.tls.LiveTls;
import dev.serin.proxy.tls.TlsNeeds;
import dev.serin.proxy.tls.TlsObserver.Whose;
import dev.serin.proxy.transport.TransportConfig.Announced;
import dev.serin.proxy.transport.TransportConfig.Raw;
import dev.serin.proxy.transport.TransportConfig.Secure;

import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;

import org.jspecify.annotations.Nullable;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/// The transports of one cluster in use. Workers open connections with them.
public final class LiveTransports {
    private final ClusterTransports config;
    private final Whose whose;
    private final Map<TransportConfig, LiveTls> secure = new HashMap<>();

    public LiveTransports(String cluster, ClusterTransports config, TlsNeeds needs) {
        this.config = config;
        this.whose = new Whose(false, cluster);
        config.all()
                .forEach(transport -> {
                    var tls = transport.secure();
                    if (tls != null) {
                        secure.put(transport, new LiveTls(tls, needs));
                    }
                });
    }

    /// Its TLS contexts, for the owner to bring secrets to.
    public Collection<LiveTls> secure() {
        return secure.values();
    }

    /// Whether all secrets are there.
    public boolean ready() {
        for (var tls : secure.values()) {
            if (!tls.ready()) {
                return false;
            }
        }
        return true;
    }

    /// The transport of a host with this metadata.
    public TransportConfig of(Map<String, Struct> metadata) {
        return config.of(metadata);
    }

    /// Puts what `transport` needs into the pipeline of a connection that is about to be made.
    ///
    /// @return whether `watcher` will be told; if not the connection is ready once it is connected
    /// @throws TransportFailure if it cannot be used now
    public boolean prepare(
            TransportConfig transport,
            ChannelPipeline pipeline,
            ConnectionWish wish,
            String hostName,
            Handshake watcher)
            throws TransportFailure {
        return switch (transport) {
            case Raw _ -> false;
            case Announced announced -> {
                pipeline.addLast(new ProxyHeaderWriter(announced, wish.client()));
                yield prepare(announced.inner(), transport, pipeline, wish, hostName, watcher);
            }
            case Secure _ -> prepare(transport, transport, pipeline, wish, hostName, watcher);
        };
    }

    private boolean prepare(
            TransportConfig inner,
            TransportConfig key,
            ChannelPipeline pipeline,
            ConnectionWish wish,
            String hostName,
            Handshake watcher)
            throws TransportFailure {
        var tls = inner instanceof Raw ? null : secure.get(key);
        if (tls == null) {
            return false;
        }
        var handler = tls.client(whose, wish.toServer(hostName), watcher);
        if (handler == null) {
            throw new TransportFailure("TLS error: Secret is not supplied by SDS");
        }
        pipeline.addLast(handler);
        return true;
    }

    /// A connection without TLS is there: sends what comes before everything else.
    public static void connected(Channel channel) {
        ProxyHeaderWriter.announce(channel);
    }

    /// The context of a transport's TLS; null if it has none.
    public @Nullable LiveTls secure(TransportConfig transport) {
        return secure.get(transport);
    }
}
