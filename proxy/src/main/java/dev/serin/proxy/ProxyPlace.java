package dev.serin.proxy;

import dev.serin.proxy.bootstrap.ContainerFiles;
import dev.serin.proxy.socket.Sockets;
import dev.serin.proxy.tls.secret.SecretSource;
import dev.serin.xds.client.NettyTransport;

import java.io.OutputStream;

/// Where one proxy is.
///
/// @param sockets of its network namespace
/// @param names as they are resolved there, for control traffic
/// @param files where the paths of its configuration are on this machine
/// @param output access logs to standard output; the caller closes it after the proxy has ended
/// @param log its own log; so, too
/// @param identity its certificate and whom it trusts, for configurations that name the agent
public record ProxyPlace(
        Sockets sockets,
        NettyTransport.Names names,
        ContainerFiles files,
        OutputStream output,
        OutputStream log,
        SecretSource identity) {
    /// Without an identity of its own.
    public ProxyPlace(
            Sockets sockets,
            NettyTransport.Names names,
            ContainerFiles files,
            OutputStream output,
            OutputStream log) {
        this(sockets, names, files, output, log, SecretSource.NONE);
    }

    /// With one stream for both.
    public ProxyPlace(
            Sockets sockets,
            NettyTransport.Names names,
            ContainerFiles files,
            OutputStream output) {
        this(sockets, names, files, output, output);
    }
}
