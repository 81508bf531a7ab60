package dev.serin.proxy.upstream.balance;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/// The two hash functions that place keys and hosts, so that every proxy of a fleet, and Envoy,
/// agrees on where a key goes.
public final class Hashes {
    private static final long PRIME_1 = 0x9E3779B185EBCA87L;
    private static final long PRIME_2 = 0xC2B2AE3D27D4EB4FL;
    private static final long PRIME_3 = 0x165667B19E3779F9L;
    private static final long PRIME_4 = 0x85EBCA77C2B2AE63L;
    private static final long PRIME_5 = 0x27D4EB2F165667C5L;
    private static final long MURMUR = 0xc6a4a7935bd1e995L;
    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    /// The seed of murmur hash that the C++ standard library has, and so Envoy's ring.
    static final long MURMUR_SEED = 0xc70f6907L;

    private Hashes() {}

    /// xxHash64 with seed 0, as Envoy's hash policies use it.
    public static long xx(String text) {
        return xx(text.getBytes(StandardCharsets.UTF_8), 0);
    }

    /// xxHash64.
    public static long xx(byte[] in, long seed) {
        var at = 0;
        long hash;
        if (in.length >= 32) {
            var a = seed + PRIME_1 + PRIME_2;
            var b = seed + PRIME_2;
            var c = seed;
            var d = seed - PRIME_1;
            for (; at <= in.length - 32; at += 32) {
                a = round(a, word(in, at));
                b = round(b, word(in, at + 8));
                c = round(c, word(in, at + 16));
                d = round(d, word(in, at + 24));
            }
            hash =
                    Long.rotateLeft(a, 1)
                            + Long.rotateLeft(b, 7)
                            + Long.rotateLeft(c, 12)
                            + Long.rotateLeft(d, 18);
            hash = merge(merge(merge(merge(hash, a), b), c), d);
        } else {
            hash = seed + PRIME_5;
        }
        hash = tail(in, at, hash + in.length);
        hash = (hash ^ hash >>> 33) * PRIME_2;
        hash = (hash ^ hash >>> 29) * PRIME_3;
        return hash ^ hash >>> 32;
    }

    private static long tail(byte[] in, int from, long start) {
        var at = from;
        var hash = start;
        for (; at + 8 <= in.length; at += 8) {
            hash ^= round(0, word(in, at));
            hash = Long.rotateLeft(hash, 27) * PRIME_1 + PRIME_4;
        }
        if (at + 4 <= in.length) {
            hash ^= ((int) INT.get(in, at) & 0xffffffffL) * PRIME_1;
            hash = Long.rotateLeft(hash, 23) * PRIME_2 + PRIME_3;
            at += 4;
        }
        for (; at < in.length; at++) {
            hash ^= (in[at] & 0xff) * PRIME_5;
            hash = Long.rotateLeft(hash, 11) * PRIME_1;
        }
        return hash;
    }

    private static long round(long sum, long word) {
        return Long.rotateLeft(sum + word * PRIME_2, 31) * PRIME_1;
    }

    private static long merge(long hash, long sum) {
        return (hash ^ round(0, sum)) * PRIME_1 + PRIME_4;
    }

    private static long word(byte[] in, int at) {
        return (long) LONG.get(in, at);
    }

    /// MurmurHash2 of 64 bits.
    static long murmur(byte[] in, long seed) {
        var hash = seed ^ in.length * MURMUR;
        var whole = in.length & ~7;
        for (var at = 0; at < whole; at += 8) {
            var word = word(in, at) * MURMUR;
            word = (word ^ word >>> 47) * MURMUR;
            hash = (hash ^ word) * MURMUR;
        }
        if (whole < in.length) {
            var rest = 0L;
            for (var at = in.length - 1; at >= whole; at--) {
                rest = rest << 8 | in[at] & 0xff;
            }
            hash = (hash ^ rest) * MURMUR;
        }
        hash = (hash ^ hash >>> 47) * MURMUR;
        return hash ^ hash >>> 47;
    }
}
