package dev.serin.cli.mesh;

import dev.serin.base.time.Ticker;
import dev.serin.base.time.Timers;
import dev.serin.local.capture.PacketFilter;
import dev.serin.local.capture.PacketFilter.Target;
import dev.serin.local.dns.UdpUpstream;
import dev.serin.local.dns.Upstream;
import dev.serin.local.host.Egress;
import dev.serin.local.host.HostLink;
import dev.serin.local.host.HostResolvers;
import dev.serin.local.host.HostSockets;

import io.netty.channel.EventLoopGroup;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;
import java.util.function.Consumer;

/// Whether and how pods reach what is outside of the mesh: TCP and names through the machine's own
/// network (`serin up --egress on`), or nothing, when connections are refused and no name is known.
final class WayOut implements AutoCloseable {
    private final EventLoopGroup group;
    private final @Nullable HostSockets sockets;
    private final @Nullable HostResolvers resolvers;
    private final @Nullable Egress egress;
    private @Nullable UdpUpstream upstream;

    /// @param note told the first failure of each destination
    WayOut(
            boolean open,
            HostLink link,
            EventLoopGroup group,
            Ticker ticker,
            Consumer<String> note) {
        this.group = group;
        if (!open) {
            sockets = null;
            resolvers = null;
            egress = null;
            return;
        }
        sockets = link.sockets();
        resolvers = link.resolvers(ticker);
        var listen =
                new InetSocketAddress(PacketFilter.EGRESS.address(), PacketFilter.EGRESS.port());
        egress = new Egress(sockets, group, listen, note);
    }

    /// Where the packet rules lead TCP to outside addresses.
    Target target() {
        return egress == null ? PacketFilter.CLOSED : PacketFilter.EGRESS;
    }

    /// Who is asked for names outside of the mesh; null: nobody. To be called once.
    @Nullable Upstream upstream(Timers timers) {
        if (sockets != null && resolvers != null) {
            var socket = sockets.udp();
            upstream = new UdpUpstream(resolvers, group, () -> socket, timers);
        }
        return upstream;
    }

    /// For the person: `on` or `off`.
    String text() {
        return egress == null ? "off" : "on";
    }

    @Override
    public void close() {
        if (upstream != null) {
            upstream.close();
        }
        if (egress != null) {
            egress.close();
        }
        if (sockets != null) {
            sockets.close();
        }
    }
}
