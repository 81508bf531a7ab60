package dev.serin.proxy.http.manager;

import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.http.Headers;
import dev.serin.proxy.stream.TlsFacts;

import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;

/// The header `x-forwarded-client-cert`, which tells those behind a proxy whose certificate came to
/// it. As Envoy's forward_client_cert_details.
final class ClientCertificate {
    private static final String HEADER = "x-forwarded-client-cert";

    private ClientCertificate() {}

    /// What becomes of what others have told.
    enum Others {
        DROPPED,
        PASSED_ON,
        ADDED_TO,
        REPLACED,
        PASSED_ON_ALWAYS
    }

    /// What is told.
    record Told(
            Others others, boolean cert, boolean chain, boolean subject, boolean uri, boolean dns) {
        static Told of(HttpConnectionManager config) throws ConfigProblem {
            var others =
                    switch (config.getForwardClientCertDetails()) {
                        case SANITIZE -> Others.DROPPED;
                        case FORWARD_ONLY -> Others.PASSED_ON;
                        case APPEND_FORWARD -> Others.ADDED_TO;
                        case SANITIZE_SET -> Others.REPLACED;
                        case ALWAYS_FORWARD_ONLY -> Others.PASSED_ON_ALWAYS;
                        case UNRECOGNIZED ->
                                throw new ConfigProblem(
                                        "forward_client_cert_details", "unknown value");
                    };
            var own = config.getSetCurrentClientCertDetails();
            return new Told(
                    others,
                    own.getCert(),
                    own.getChain(),
                    own.getSubject().getValue(),
                    own.getUri(),
                    own.getDns());
        }
    }

    /// @param tls of the client's connection; null without
    static void tell(Headers headers, Told told, @Nullable TlsFacts tls) {
        if (told.others() == Others.PASSED_ON_ALWAYS) {
            return;
        }
        if (told.others() == Others.DROPPED || tls == null || tls.peer() == null) {
            headers.remove(HEADER);
            return;
        }
        if (told.others() == Others.PASSED_ON) {
            return;
        }
        var text = text(told, tls);
        var before = told.others() == Others.ADDED_TO ? headers.joined(HEADER) : null;
        headers.remove(HEADER);
        headers.add(HEADER, before == null || before.isEmpty() ? text : before + "," + text);
    }

    private static String text(Told told, TlsFacts tls) {
        var parts = new ArrayList<String>();
        if (tls.local() != null) {
            tls.local().uriSans().forEach(uri -> parts.add("By=" + uri));
        }
        var peer = tls.peer();
        if (peer == null) {
            return String.join(";", parts);
        }
        parts.add("Hash=" + peer.sha256());
        if (told.cert()) {
            parts.add("Cert=\"" + peer.pem() + '"');
        }
        if (told.chain()) {
            parts.add("Chain=\"" + peer.chainPem() + '"');
        }
        if (told.subject()) {
            parts.add("Subject=\"" + peer.subject() + '"');
        }
        if (told.uri()) {
            if (peer.uriSans().isEmpty()) {
                parts.add("URI=");
            }
            peer.uriSans().forEach(uri -> parts.add("URI=" + uri));
        }
        if (told.dns()) {
            peer.dnsSans().forEach(dns -> parts.add("DNS=" + dns));
        }
        return String.join(";", parts);
    }
}
