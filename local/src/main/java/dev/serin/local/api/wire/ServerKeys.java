package dev.serin.local.api.wire;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;

import javax.net.ssl.SSLException;

/// What the server proves itself with, as PEM.
///
/// @param chain the certificate, then those that signed it
/// @param key PKCS #8
public record ServerKeys(String chain, String key) {
    SslContext context() {
        try {
            return SslContextBuilder.forServer(stream(chain), stream(key))
                    .sslProvider(SslProvider.JDK)
                    .build();
        } catch (SSLException | IllegalArgumentException e) {
            throw new ProblemException(
                    new Problem(
                            "certificate of the local API",
                            String.valueOf(e.getMessage()),
                            "a PEM chain and its PKCS #8 key",
                            null),
                    e);
        }
    }

    private static ByteArrayInputStream stream(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.US_ASCII));
    }

    /// Without the key.
    @Override
    public String toString() {
        return "ServerKeys";
    }
}
