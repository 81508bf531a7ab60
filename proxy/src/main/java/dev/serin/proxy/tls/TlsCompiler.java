package dev.serin.proxy.tls;

import com.google.protobuf.util.Durations;

import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.tls.TlsConfig.Certificate;
import dev.serin.proxy.tls.secret.Secret;
import dev.serin.proxy.tls.secret.SecretCompiler;
import dev.serin.proxy.tls.secret.SecretName;

import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext.ValidationContextTypeCase;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext.OcspStaplePolicy;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// Compiles Envoy's DownstreamTlsContext and UpstreamTlsContext. Reads files; owner thread.
public final class TlsCompiler {
    private final SecretCompiler secrets;

    public TlsCompiler(SecretCompiler secrets) {
        this.secrets = secrets;
    }

    /// @throws ConfigProblem naming the field that cannot be done
    public TlsConfig downstream(DownstreamTlsContext message) throws ConfigProblem {
        refuse(
                message.getOcspStaplePolicy() != OcspStaplePolicy.LENIENT_STAPLING,
                "ocsp_staple_policy");
        var common = message.getCommonTlsContext();
        var keys = message.getSessionTicketKeysTypeCase();
        var server =
                new TlsConfig.Server(
                        message.getRequireClientCertificate().getValue(),
                        message.getRequireSni().getValue(),
                        !message.getDisableStatelessSessionResumption(),
                        !message.getDisableStatefulSessionResumption(),
                        message.hasSessionTicketKeys()
                                ? secrets.ticketKeys(message.getSessionTicketKeys())
                                : null,
                        switch (keys) {
                            case SESSION_TICKET_KEYS_SDS_SECRET_CONFIG ->
                                    name(
                                            "session_ticket_keys_sds_secret_config",
                                            message.getSessionTicketKeysSdsSecretConfig());
                            default -> null;
                        },
                        Durations.toSeconds(message.getSessionTimeout()));
        var config = common(common, server, message.getPreferClientCiphers());
        if (config.certificates().isEmpty()) {
            throw new ConfigProblem(
                    "common_tls_context.tls_certificates", "a server must have a certificate");
        }
        return tried(config);
    }

    /// @throws ConfigProblem naming the field that cannot be done
    public TlsConfig upstream(UpstreamTlsContext message) throws ConfigProblem {
        refuse(message.getAllowRenegotiation(), "allow_renegotiation");
        if (message.getAutoSniSanValidation()
                && message.getCommonTlsContext().getValidationContextTypeCase()
                        == ValidationContextTypeCase.VALIDATIONCONTEXTTYPE_NOT_SET) {
            throw new ConfigProblem(
                    "auto_sni_san_validation", "needs a validation context to trust somebody");
        }
        var client =
                new TlsConfig.Client(
                        message.getSni(),
                        message.getAutoHostSni(),
                        message.getAutoSniSanValidation(),
                        message.hasMaxSessionKeys() ? message.getMaxSessionKeys().getValue() : 1);
        var config = common(message.getCommonTlsContext(), client, false);
        if (config.certificates().size() > 1) {
            throw new ConfigProblem(
                    "common_tls_context.tls_certificates", "a client has one certificate at most");
        }
        return tried(config);
    }

    /// What only the library knows, such as its ciphers.
    private static TlsConfig tried(TlsConfig config) throws ConfigProblem {
        try {
            NativeContext.of(Material.settings(config, null, null, null));
            return config;
        } catch (IllegalArgumentException e) {
            throw new ConfigProblem(
                    "common_tls_context.tls_params", String.valueOf(e.getMessage()));
        }
    }

    @SuppressWarnings("deprecation") // refused by name
    private TlsConfig common(
            CommonTlsContext message, TlsConfig.Side side, boolean preferClientCiphers)
            throws ConfigProblem {
        refuse(message.hasTlsCertificateProviderInstance(), "tls_certificate_provider_instance");
        refuse(message.hasCustomTlsCertificateSelector(), "custom_tls_certificate_selector");
        refuse(
                message.hasTlsCertificateCertificateProvider(),
                "tls_certificate_certificate_provider");
        refuse(
                message.hasTlsCertificateCertificateProviderInstance(),
                "tls_certificate_certificate_provider_instance");
        refuse(message.hasCustomHandshaker(), "custom_handshaker");
        refuse(message.hasKeyLog(), "key_log");
        for (var protocol : message.getAlpnProtocolsList()) {
            if (protocol.length() > 255) {
                throw new ConfigProblem(
                        "common_tls_context.alpn_protocols", "one is longer than 255 octets");
            }
        }
        try {
            return new TlsConfig(
                    certificates(message),
                    validation(message),
                    validationSecret(message),
                    Parameters.of(
                            message.getTlsParams(),
                            side instanceof TlsConfig.Server,
                            preferClientCiphers),
                    List.copyOf(message.getAlpnProtocolsList()),
                    side);
        } catch (ConfigProblem e) {
            throw e.under("common_tls_context");
        }
    }

    private List<Certificate> certificates(CommonTlsContext message) throws ConfigProblem {
        var certificates = new ArrayList<Certificate>();
        for (var inline : message.getTlsCertificatesList()) {
            try {
                certificates.add(new TlsConfig.Inline(secrets.pair(inline)));
            } catch (ConfigProblem e) {
                throw e.under("tls_certificates");
            }
        }
        if (!certificates.isEmpty() && message.getTlsCertificateSdsSecretConfigsCount() > 0) {
            throw new ConfigProblem(
                    "tls_certificates",
                    "and tls_certificate_sds_secret_configs are both set; only one may be");
        }
        for (var named : message.getTlsCertificateSdsSecretConfigsList()) {
            certificates.add(
                    new TlsConfig.Named(name("tls_certificate_sds_secret_configs", named)));
        }
        return List.copyOf(certificates);
    }

    private @Nullable CertificateValidationContext validation(CommonTlsContext message)
            throws ConfigProblem {
        return switch (message.getValidationContextTypeCase()) {
            case VALIDATION_CONTEXT -> {
                var trust = trust("validation_context", message.getValidationContext());
                try {
                    dev.serin.proxy.tls.verify.PeerVerifier.of(
                            trust.message(), secrets.octets(), secrets.ticker());
                } catch (ConfigProblem e) {
                    throw e.under("validation_context");
                }
                yield trust.message();
            }
            case COMBINED_VALIDATION_CONTEXT ->
                    trust(
                                    "combined_validation_context.default_validation_context",
                                    message.getCombinedValidationContext()
                                            .getDefaultValidationContext())
                            .message();
            case VALIDATION_CONTEXT_SDS_SECRET_CONFIG, VALIDATIONCONTEXTTYPE_NOT_SET -> null;
            case VALIDATION_CONTEXT_CERTIFICATE_PROVIDER,
                    VALIDATION_CONTEXT_CERTIFICATE_PROVIDER_INSTANCE ->
                    throw new ConfigProblem(
                            "validation_context_type",
                            message.getValidationContextTypeCase() + " is not supported");
        };
    }

    private Secret.Trust trust(String field, CertificateValidationContext message)
            throws ConfigProblem {
        try {
            return secrets.trust(message);
        } catch (ConfigProblem e) {
            throw e.under(field);
        }
    }

    private static @Nullable SecretName validationSecret(CommonTlsContext message)
            throws ConfigProblem {
        return switch (message.getValidationContextTypeCase()) {
            case VALIDATION_CONTEXT_SDS_SECRET_CONFIG ->
                    name(
                            "validation_context_sds_secret_config",
                            message.getValidationContextSdsSecretConfig());
            case COMBINED_VALIDATION_CONTEXT ->
                    name(
                            "combined_validation_context.validation_context_sds_secret_config",
                            message.getCombinedValidationContext()
                                    .getValidationContextSdsSecretConfig());
            default -> null;
        };
    }

    private static SecretName name(String field, SdsSecretConfig config) throws ConfigProblem {
        try {
            return SecretName.of(config);
        } catch (ConfigProblem e) {
            throw e.under(field);
        }
    }

    private static void refuse(boolean set, String field) throws ConfigProblem {
        if (set) {
            throw new ConfigProblem(field, "is not supported");
        }
    }
}
