package dev.serin.proxy.socket;

import io.netty.channel.unix.IntegerUnixChannelOption;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Options of sockets by the kernel's numbers. Netty keeps each option for ever, so each is made
/// once.
public final class KernelOption {
    private static final Map<Long, IntegerUnixChannelOption> BY_NUMBER = new ConcurrentHashMap<>();

    private KernelOption() {}

    public static IntegerUnixChannelOption of(int level, int name) {
        return BY_NUMBER.computeIfAbsent(
                (long) level << 32 | name & 0xffffffffL,
                _ -> new IntegerUnixChannelOption("SO_" + level + "_" + name, level, name));
    }
}
