/// Certificates, keys and trust that are named, and come and change by themselves. Start here:
/// [Secrets], then [SecretCompiler].
@NullMarked
package dev.serin.proxy.tls.secret;

import org.jspecify.annotations.NullMarked;
