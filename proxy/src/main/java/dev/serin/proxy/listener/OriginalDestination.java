package dev.serin.proxy.listener;

import io.netty.channel.Channel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.unix.RawUnixChannelOption;

import org.jspecify.annotations.Nullable;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;

/// Asks netfilter where a redirected connection was meant to go.
final class OriginalDestination {
    private static final RawUnixChannelOption V4 =
            new RawUnixChannelOption("SO_ORIGINAL_DST", 0, 80, 16);
    private static final RawUnixChannelOption V6 =
            new RawUnixChannelOption("IP6T_SO_ORIGINAL_DST", 41, 80, 28);

    private OriginalDestination() {}

    /// Null if the connection was not redirected, or its socket cannot tell.
    static @Nullable InetSocketAddress of(Channel channel) {
        if (!(channel instanceof EpollSocketChannel epoll)) {
            return null;
        }
        var remote = epoll.remoteAddress();
        var v4 = remote != null && remote.getAddress() instanceof Inet4Address;
        try {
            var raw = ByteBuffer.allocate(v4 ? 16 : 28);
            var answer = epoll.config().getOption(v4 ? V4 : V6);
            if (answer != null) {
                raw = answer;
            }
            return read(raw, v4);
        } catch (RuntimeException e) {
            return null; // no entry for this connection: it was not redirected
        }
    }

    /// A sockaddr: family in host order, port in network order.
    private static @Nullable InetSocketAddress read(ByteBuffer raw, boolean v4) {
        var port = (raw.get(2) & 0xff) << 8 | raw.get(3) & 0xff;
        var address = new byte[v4 ? 4 : 16];
        raw.get(v4 ? 4 : 8, address);
        try {
            return port == 0
                    ? null
                    : new InetSocketAddress(InetAddress.getByAddress(address), port);
        } catch (UnknownHostException e) {
            return null; // cannot be: the length is right
        }
    }
}
