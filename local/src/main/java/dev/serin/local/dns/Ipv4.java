package dev.serin.local.dns;

import io.netty.util.NetUtil;

import org.jspecify.annotations.Nullable;

import java.net.Inet4Address;
import java.net.InetAddress;

/// An IPv4 address as a number.
final class Ipv4 {
    private Ipv4() {}

    static @Nullable Integer parse(String text) {
        var bytes =
                NetUtil.isValidIpV4Address(text)
                        ? NetUtil.createByteArrayFromIpAddressString(text)
                        : null;
        return bytes == null ? null : number(bytes);
    }

    /// 0 for what is none.
    static int of(InetAddress address) {
        return address instanceof Inet4Address ? number(address.getAddress()) : 0;
    }

    private static int number(byte[] bytes) {
        return (bytes[0] & 0xff) << 24
                | (bytes[1] & 0xff) << 16
                | (bytes[2] & 0xff) << 8
                | bytes[3] & 0xff;
    }
}
