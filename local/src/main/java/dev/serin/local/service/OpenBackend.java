package dev.serin.local.service;

import dev.serin.base.net.HostPort;
import dev.serin.local.capture.PacketFilter.Target;
import dev.serin.local.host.HostPorts;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/// One open port of the host and the endpoints behind it, in turn. The owner changes the endpoints,
/// connections read them.
final class OpenBackend implements AutoCloseable {
    private final AtomicInteger turn = new AtomicInteger();
    private final HostPorts.Opened opened;
    private volatile List<InetSocketAddress> endpoints = List.of();

    OpenBackend(HostPorts hostPorts, HostPort address) {
        this.opened = hostPorts.open(address, this::next);
    }

    void use(List<Target> targets) {
        endpoints =
                targets.stream().map(t -> new InetSocketAddress(t.address(), t.port())).toList();
    }

    private @Nullable InetSocketAddress next() {
        var now = endpoints;
        return now.isEmpty() ? null : now.get(Math.floorMod(turn.getAndIncrement(), now.size()));
    }

    @Override
    public void close() {
        opened.close();
    }
}
