package dev.serin.proxy.tls;

import io.netty.buffer.ByteBuf;
import io.netty.handler.ssl.OpenSsl;
import io.netty.internal.tcnative.Buffer;
import io.netty.internal.tcnative.SSL;

import java.nio.ByteBuffer;

/// The native library: that it is loaded, where buffers lie in memory, and what its errors say. Any
/// thread; errors are the calling thread's last ones.
final class BoringSsl {
    /// What an encrypted record may be longer than its content.
    static final int OVERHEAD = 96;

    /// The most that one record holds.
    static final int RECORD = 16 * 1024;

    private static final int SSL_LIBRARY = 16;
    private static final int SYSTEM_LIBRARY = 2;
    private static final int NO_CERTIFICATE = 192;
    private static final int VERIFY_FAILED = 125;

    private BoringSsl() {}

    /// @throws IllegalStateException if the library is not there for this machine
    static void load() {
        if (!OpenSsl.isAvailable()) {
            throw new IllegalStateException(
                    "TLS needs BoringSSL, which did not load: "
                            + OpenSsl.unavailabilityCause().getMessage(),
                    OpenSsl.unavailabilityCause());
        }
    }

    /// Where octet `index` of a direct buffer lies.
    static long address(ByteBuf direct, int index) {
        if (direct.hasMemoryAddress()) {
            return direct.memoryAddress() + index;
        }
        var view = direct.internalNioBuffer(index, direct.capacity() - index);
        return Buffer.address(view) + view.position();
    }

    /// A memory BIO with a copy of these octets, which the caller frees.
    static long bio(byte[] octets) throws Exception {
        var direct = ByteBuffer.allocateDirect(Math.max(1, octets.length)).put(octets);
        var bio = SSL.newMemBIO();
        if (octets.length > 0
                && SSL.bioWrite(bio, Buffer.address(direct), octets.length) != octets.length) {
            SSL.freeBIO(bio);
            throw new IllegalStateException("out of memory");
        }
        return bio;
    }

    /// This thread's errors, in Envoy's form, and takes them away.
    static Errors errors() {
        var text = new StringBuilder();
        var counted = false;
        var any = false;
        for (var error = SSL.getLastErrorNumber(); error != 0; error = SSL.getLastErrorNumber()) {
            any = true;
            var library = error >>> 24 & 0xff;
            var reason = error & 0xfff;
            counted |=
                    library == SYSTEM_LIBRARY
                            || library == SSL_LIBRARY
                                    && (reason == NO_CERTIFICATE || reason == VERIFY_FAILED);
            // "error:1000007d:SSL routines:OPENSSL_internal:CERTIFICATE_VERIFY_FAILED"
            var parts = SSL.getErrorString(error).split(":", 5);
            text.append(text.isEmpty() ? "TLS_error:" : "").append('|').append(error & 0xffffffffL);
            for (var i = 2; i < parts.length; i++) {
                text.append(':').append(parts[i]);
            }
        }
        return new Errors(text.toString(), any && !counted);
    }

    /// What went wrong in the library.
    ///
    /// @param text `TLS_error:|number:library:function:reason…`; empty if there was no error
    /// @param connection whether it counts as `ssl.connection_error`
    record Errors(String text, boolean connection) {}
}
