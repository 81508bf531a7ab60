package dev.serin.proxy.upstream.pool;

import dev.serin.proxy.socket.KernelOption;
import dev.serin.proxy.socket.Transport;
import dev.serin.proxy.upstream.ClusterConfig.SocketConfig;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollChannelOption;

/// Sets what a cluster asks of its sockets. Options by number need epoll.
final class SocketOptions {
    private static final int IPPROTO_IP = 0;
    private static final int IP_FREEBIND = 15;
    private static final int IPPROTO_IPV6 = 41;
    private static final int IPV6_FREEBIND = 78;

    private SocketOptions() {}

    static void set(Bootstrap client, SocketConfig config, Transport transport, boolean v6) {
        var probes = config.keepAlive();
        if (probes != null) {
            client.option(ChannelOption.SO_KEEPALIVE, true);
        }
        if (transport != Transport.EPOLL) {
            return;
        }
        if (probes != null) {
            if (probes.probes() > 0) {
                client.option(EpollChannelOption.TCP_KEEPCNT, probes.probes());
            }
            if (probes.timeSeconds() > 0) {
                client.option(EpollChannelOption.TCP_KEEPIDLE, probes.timeSeconds());
            }
            if (probes.intervalSeconds() > 0) {
                client.option(EpollChannelOption.TCP_KEEPINTVL, probes.intervalSeconds());
            }
        }
        if (config.freebind()) {
            client.option(
                    v6
                            ? KernelOption.of(IPPROTO_IPV6, IPV6_FREEBIND)
                            : KernelOption.of(IPPROTO_IP, IP_FREEBIND),
                    1);
        }
        for (var option : config.options()) {
            client.option(KernelOption.of(option.level(), option.name()), option.value());
        }
    }
}
