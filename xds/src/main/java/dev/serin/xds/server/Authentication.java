package dev.serin.xds.server;

import dev.serin.base.ProblemException;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;

import org.jspecify.annotations.Nullable;

import java.security.cert.Certificate;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;

import javax.net.ssl.SSLPeerUnverifiedException;

/// Finds out who calls before a stream starts, or refuses the call with UNAUTHENTICATED.
final class Authentication implements ServerInterceptor {
    static final Context.Key<Caller> CALLER = Context.key("caller");

    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
    private static final String BEARER = "Bearer ";
    private static final int URI_NAME = 6;

    private final CallerAuthenticator callers;
    private final DiscoveryObserver observer;

    Authentication(CallerAuthenticator callers, DiscoveryObserver observer) {
        this.callers = callers;
        this.observer = observer;
    }

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
        try {
            var caller = callers.authenticate(token(headers), names(call));
            var context = Context.current().withValue(CALLER, caller);
            return Contexts.interceptCall(context, call, headers, next);
        } catch (ProblemException e) {
            observer.refused(
                    String.valueOf(call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR)),
                    String.valueOf(e.getMessage()));
            call.close(
                    Status.UNAUTHENTICATED.withDescription(String.valueOf(e.getMessage())),
                    new Metadata());
            return new ServerCall.Listener<>() {};
        }
    }

    private static @Nullable String token(Metadata headers) {
        var value = headers.get(AUTHORIZATION);
        return value != null && value.startsWith(BEARER) ? value.substring(BEARER.length()) : null;
    }

    private static List<String> names(ServerCall<?, ?> call) {
        var session = call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
        if (session == null) {
            return List.of();
        }
        try {
            return uriNames(session.getPeerCertificates()[0]);
        } catch (SSLPeerUnverifiedException | CertificateParsingException e) {
            return List.of();
        }
    }

    private static List<String> uriNames(Certificate certificate)
            throws CertificateParsingException {
        var names = new ArrayList<String>();
        if (certificate instanceof X509Certificate x509
                && x509.getSubjectAlternativeNames() != null) {
            for (var name : x509.getSubjectAlternativeNames()) {
                if (name.get(0) instanceof Integer kind && kind == URI_NAME) {
                    names.add(String.valueOf(name.get(1)));
                }
            }
        }
        return names;
    }
}
