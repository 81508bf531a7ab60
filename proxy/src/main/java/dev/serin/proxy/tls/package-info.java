/// TLS by BoringSSL, as a handler of its own on the library's native interface. Start here:
/// [TlsHandler], then [LiveTls].
@NullMarked
package dev.serin.proxy.tls;

import org.jspecify.annotations.NullMarked;
