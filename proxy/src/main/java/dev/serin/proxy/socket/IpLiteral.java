package dev.serin.proxy.socket;

import io.netty.util.NetUtil;

import java.net.InetAddress;
import java.net.UnknownHostException;

/// Reads IP addresses as everyone in the mesh writes them: four numbers, or IPv6. What Java takes
/// besides (`10.1` for 10.0.0.1) is one way to be understood otherwise than by the next proxy.
public final class IpLiteral {
    private IpLiteral() {}

    /// @throws IllegalArgumentException if it is no address
    public static InetAddress of(String text) {
        var octets = text.startsWith("[") ? null : NetUtil.createByteArrayFromIpAddressString(text);
        if (octets == null) {
            throw new IllegalArgumentException("'" + text + "' is not an IP address");
        }
        try {
            return InetAddress.getByAddress(octets);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
