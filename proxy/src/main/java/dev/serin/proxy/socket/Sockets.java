package dev.serin.proxy.socket;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ServerChannel;
import io.netty.channel.socket.DatagramChannel;

/// Where a proxy's sockets are made. Only making one belongs to the place (a network namespace);
/// bind, connect and accept run on any event loop. Safe for any thread; a call may block for some
/// hundred microseconds.
public interface Sockets {
    Transport transport();

    ServerChannel newServer(boolean v6);

    Channel newClient(boolean v6);

    DatagramChannel newDatagram(boolean v6);

    /// Sets what every socket towards a host carries, for instance the mark that keeps it from
    /// being captured again.
    void mark(Bootstrap client);
}
