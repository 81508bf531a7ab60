package dev.serin.proxy.tls;

import dev.serin.proxy.extension.ConfigProblem;

import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsParameters;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsParameters.TlsProtocol;

import java.util.List;

/// Versions, ciphers and curves. As Envoy's TlsParameters.
///
/// @param least of 10, 11, 12, 13
/// @param ciphers OpenSSL's words for TLS up to 1.2; empty for the usual ones
/// @param curves empty for the usual ones
record Parameters(
        int least, int most, String ciphers, List<String> curves, boolean preferClientCiphers) {
    private static final List<String> CURVES = List.of("X25519", "P-256");
    private static final String USUAL =
            "[ECDHE-ECDSA-AES128-GCM-SHA256|ECDHE-ECDSA-CHACHA20-POLY1305]:"
                    + "[ECDHE-RSA-AES128-GCM-SHA256|ECDHE-RSA-CHACHA20-POLY1305]:"
                    + "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384";

    /// @throws ConfigProblem naming the field that cannot be done
    static Parameters of(TlsParameters message, boolean server, boolean preferClientCiphers)
            throws ConfigProblem {
        if (message.getSignatureAlgorithmsCount() > 0) {
            throw new ConfigProblem("tls_params.signature_algorithms", "is not supported");
        }
        if (message.getCompliancePoliciesCount() > 0) {
            throw new ConfigProblem("tls_params.compliance_policies", "is not supported");
        }
        // As Envoy: a server goes up to 1.3 by itself, a client up to 1.3 since 1.27.
        var least = version(message.getTlsMinimumProtocolVersion(), 12);
        var most = version(message.getTlsMaximumProtocolVersion(), 13);
        if (least > most) {
            throw new ConfigProblem(
                    "tls_params.tls_maximum_protocol_version", "is less than the minimum");
        }
        var ciphers =
                message.getCipherSuitesCount() == 0
                        ? USUAL
                        : String.join(":", message.getCipherSuitesList());
        return new Parameters(
                least,
                most,
                ciphers,
                message.getEcdhCurvesCount() == 0
                        ? CURVES
                        : List.copyOf(message.getEcdhCurvesList()),
                preferClientCiphers);
    }

    private static int version(TlsProtocol protocol, int usual) throws ConfigProblem {
        return switch (protocol) {
            case TLS_AUTO -> usual;
            case TLSv1_0 -> 10;
            case TLSv1_1 -> 11;
            case TLSv1_2 -> 12;
            case TLSv1_3 -> 13;
            case UNRECOGNIZED -> throw new ConfigProblem("tls_params", "unknown TLS version");
        };
    }
}
