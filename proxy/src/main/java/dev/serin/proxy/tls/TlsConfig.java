package dev.serin.proxy.tls;

import dev.serin.proxy.tls.secret.Secret;
import dev.serin.proxy.tls.secret.SecretName;

import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;

import org.jspecify.annotations.Nullable;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// A TLS context as configured, of a server or of a client. Immutable; equal configurations are the
/// same.
///
/// @param certificates this end's, of which a server chooses
/// @param validation what is asked of the peer; null for nothing
/// @param validationSecret what is added to that; null for nothing
/// @param alpn protocols, best first
public record TlsConfig(
        List<Certificate> certificates,
        @Nullable CertificateValidationContext validation,
        @Nullable SecretName validationSecret,
        Parameters parameters,
        List<String> alpn,
        Side side) {
    /// A certificate that is in the configuration or named by it.
    public sealed interface Certificate {}

    record Inline(Secret.KeyPair pair) implements Certificate {}

    record Named(SecretName name) implements Certificate {}

    /// What only one of both ends has.
    public sealed interface Side {}

    /// @param ticketKeys in the configuration; null for keys of its own or named ones
    /// @param sessionSeconds 0 for the library's own
    record Server(
            boolean requireCertificate,
            boolean requireServerName,
            boolean tickets,
            boolean sessionIds,
            Secret.@Nullable TicketKeys ticketKeys,
            @Nullable SecretName ticketKeysSecret,
            long sessionSeconds)
            implements Side {}

    /// @param serverName empty for none
    /// @param hostServerName whether it is the endpoint's host name where that has one
    /// @param verifyServerName whether the server's certificate must be for that name
    /// @param sessions how many are kept to resume
    record Client(String serverName, boolean hostServerName, boolean verifyServerName, int sessions)
            implements Side {}

    /// The secrets that it needs.
    public Set<SecretName> names() {
        var names = new LinkedHashSet<SecretName>();
        for (var certificate : certificates) {
            if (certificate instanceof Named named) {
                names.add(named.name());
            }
        }
        if (validationSecret != null) {
            names.add(validationSecret);
        }
        if (side instanceof Server server && server.ticketKeysSecret() != null) {
            names.add(server.ticketKeysSecret());
        }
        return names;
    }

    boolean server() {
        return side instanceof Server;
    }
}
