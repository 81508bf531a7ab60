package dev.serin.proxy.tls;

import com.google.protobuf.ByteString;

import dev.serin.proxy.tls.secret.Secret.KeyPair;
import dev.serin.proxy.tls.secret.Secret.TicketKeys;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// What one native context is made of.
///
/// @param identity null for a client without a certificate
/// @param verify whether a certificate is looked at
/// @param required whether the peer must have one
/// @param authorities PEM, whose names a server tells its clients; may be empty
/// @param ticketKeys null for keys of its own
/// @param sessions how many a client keeps to resume
/// @param sessionContext sessions of other contexts are not resumed
record ContextSettings(
        boolean server,
        @Nullable KeyPair identity,
        boolean verify,
        boolean required,
        ByteString authorities,
        Parameters parameters,
        List<String> alpn,
        boolean tickets,
        boolean sessionIds,
        long sessionSeconds,
        @Nullable TicketKeys ticketKeys,
        int sessions,
        ByteString sessionContext) {}
