package dev.serin.xds.client;

import dev.serin.base.net.HostPort;

import io.grpc.ManagedChannel;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/// Reaches a server over TCP with Netty, on event loops and with sockets that are handed in: so the
/// socket may be made in a pod's network namespace and marked.
///
/// @param server where it listens
/// @param names turns its host into an address; called on the client's owner, may block a little
/// @param sockets makes the TCP channel, of the kind that `loops` serve
/// @param worker runs gRPC's own small tasks
/// @param root PEM file of the authorities to trust; null speaks clear text
/// @param tokenFile holds the bearer token; null sends none
public record NettyTransport(
        HostPort server,
        Names names,
        EventLoopGroup loops,
        ChannelFactory<? extends Channel> sockets,
        Executor worker,
        @Nullable Path root,
        @Nullable Path tokenFile)
        implements Transport {
    private static final int CONNECT_MILLIS = 5_000;
    private static final int MAX_RESPONSE_BYTES = 256 << 20;

    @Override
    public ManagedChannel open() throws IOException {
        var address = new InetSocketAddress(names.resolve(server.host()), server.port());
        var builder =
                NettyChannelBuilder.forAddress(address)
                        .overrideAuthority(server.toString())
                        .eventLoopGroup(loops)
                        .channelFactory(sockets)
                        .executor(this::run)
                        .offloadExecutor(this::run)
                        .withOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
                        // Half-open connections end; servers refuse pings more often than this.
                        .keepAliveTime(330, TimeUnit.SECONDS)
                        .disableRetry()
                        .maxInboundMessageSize(MAX_RESPONSE_BYTES);
        if (root == null) {
            return builder.usePlaintext().build();
        }
        try (var in = Files.newInputStream(root)) {
            var tls = GrpcSslContexts.forClient().trustManager(in).build();
            return builder.sslContext(tls).build();
        } catch (IllegalArgumentException e) {
            throw new IOException("no certificates in " + root + ": " + e.getMessage(), e);
        }
    }

    /// gRPC has small tasks left when it is shut down, and by then the worker may have ended.
    private void run(Runnable task) {
        try {
            worker.execute(task);
        } catch (RejectedExecutionException e) {
            // Nobody is there to be told.
        }
    }

    @Override
    public @Nullable String token() throws IOException {
        return tokenFile == null ? null : Files.readString(tokenFile).strip();
    }

    @Override
    public String address() {
        return server.toString();
    }

    /// Turns a host's name into an address.
    @FunctionalInterface
    public interface Names {
        /// @throws IOException if nobody knows the name
        InetAddress resolve(String host) throws IOException;
    }
}
