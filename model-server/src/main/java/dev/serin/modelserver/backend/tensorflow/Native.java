package dev.serin.modelserver.backend.tensorflow;

import java.lang.foreign.MemorySegment;

/// Calls through method handles, whose `throws Throwable` is nothing that can happen to a C
/// function: what comes out is a mistake of ours.
final class Native {
    private Native() {}

    interface Call {
        void run() throws Throwable;
    }

    interface AddressCall {
        MemorySegment run() throws Throwable;
    }

    interface NumberCall {
        int run() throws Throwable;
    }

    static void call(Call call) {
        try {
            call.run();
        } catch (Throwable e) { // which invokeExact declares
            throw mistake(e);
        }
    }

    static MemorySegment address(AddressCall call) {
        try {
            return call.run();
        } catch (Throwable e) { // which invokeExact declares
            throw mistake(e);
        }
    }

    static int number(NumberCall call) {
        try {
            return call.run();
        } catch (Throwable e) { // which invokeExact declares
            throw mistake(e);
        }
    }

    static RuntimeException mistake(Throwable e) {
        if (e instanceof RuntimeException runtime) {
            return runtime;
        }
        if (e instanceof Error error) {
            throw error;
        }
        return new IllegalStateException(e);
    }

    /// The C string at this address.
    static String text(MemorySegment address) {
        return sized(address, Long.MAX_VALUE).getString(0);
    }

    /// The `bytes` bytes at this address, valid for as long as their owner is.
    @SuppressWarnings("restricted") // the C API says how many there are
    static MemorySegment sized(MemorySegment address, long bytes) {
        return address.reinterpret(bytes);
    }
}
