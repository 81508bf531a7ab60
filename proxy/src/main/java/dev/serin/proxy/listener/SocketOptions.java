package dev.serin.proxy.listener;

import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.listener.ListenerConfig.Binding;
import dev.serin.proxy.listener.ListenerConfig.SocketOption;
import dev.serin.proxy.socket.KernelOption;
import dev.serin.proxy.socket.Transport;

import io.envoyproxy.envoy.config.core.v3.SocketOption.ValueCase;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelOption;
import io.netty.channel.ServerChannelRecvByteBufAllocator;
import io.netty.channel.epoll.EpollChannelOption;

import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// How a listener's sockets are made: from Envoy's Listener, and onto a socket.
final class SocketOptions {
    /// Less would have a single response head stop a connection again and again.
    private static final int LEAST_BUFFER = 16 * 1024;

    private static final ChannelOption<Integer> V6_ONLY = KernelOption.of(41, 26);

    private SocketOptions() {}

    static Binding of(Listener listener) throws ConfigProblem {
        var usual = Binding.USUAL;
        var options = new ArrayList<SocketOption>();
        for (var option : listener.getSocketOptionsList()) {
            if (option.getValueCase() != ValueCase.INT_VALUE) {
                throw new ConfigProblem("socket_options", "only int_value is supported");
            }
            options.add(
                    new SocketOption(
                            (int) option.getLevel(),
                            (int) option.getName(),
                            (int) option.getIntValue()));
        }
        return new Binding(
                listener.hasTcpBacklogSize()
                        ? listener.getTcpBacklogSize().getValue()
                        : usual.backlog(),
                listener.getMaxConnectionsToAcceptPerSocketEvent().getValue(),
                listener.hasPerConnectionBufferLimitBytes()
                        ? Math.max(
                                LEAST_BUFFER,
                                listener.getPerConnectionBufferLimitBytes().getValue())
                        : usual.bufferLimit(),
                listener.getTransparent().getValue(),
                listener.getFreebind().getValue(),
                listener.getTcpFastOpenQueueLength().getValue(),
                options,
                fourToo(listener));
    }

    private static Set<InetSocketAddress> fourToo(Listener listener) throws ConfigProblem {
        var addresses = new HashSet<InetSocketAddress>();
        var all = new ArrayList<>(List.of(listener.getAddress()));
        listener.getAdditionalAddressesList().forEach(a -> all.add(a.getAddress()));
        for (var address : all) {
            if (address.getSocketAddress().getIpv4Compat()) {
                addresses.add(ListenerCompiler.address(address));
            }
        }
        return addresses;
    }

    /// @throws IllegalStateException if the transport cannot set what is asked for
    static void set(
            ServerBootstrap bootstrap,
            Binding binding,
            InetSocketAddress address,
            Transport transport) {
        if (address.getAddress() instanceof Inet6Address && transport == Transport.EPOLL) {
            // as Envoy, whatever the machine's own default is
            bootstrap.option(V6_ONLY, binding.fourToo().contains(address) ? 0 : 1);
        }
        if (binding.accepts() > 0) {
            bootstrap.option(
                    ChannelOption.RECVBUF_ALLOCATOR,
                    new ServerChannelRecvByteBufAllocator().maxMessagesPerRead(binding.accepts()));
        }
        var plain =
                binding.options().isEmpty()
                        && !binding.transparent()
                        && !binding.freebind()
                        && binding.fastOpen() == 0;
        if (plain) {
            return;
        }
        if (transport != Transport.EPOLL) {
            throw new IllegalStateException("socket options need epoll, which this machine lacks");
        }
        if (binding.transparent()) {
            bootstrap.option(EpollChannelOption.IP_TRANSPARENT, true);
        }
        if (binding.freebind()) {
            bootstrap.option(EpollChannelOption.IP_FREEBIND, true);
        }
        if (binding.fastOpen() > 0) {
            bootstrap.option(ChannelOption.TCP_FASTOPEN, binding.fastOpen());
        }
        for (var option : binding.options()) {
            bootstrap.option(KernelOption.of(option.level(), option.name()), option.value());
        }
    }
}
