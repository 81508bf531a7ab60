package dev.serin.proxy.tls.secret;

import com.google.protobuf.ByteString;

import dev.serin.base.time.Ticker;
import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.stream.CertificateFacts;
import dev.serin.proxy.tls.verify.Octets;
import dev.serin.proxy.tls.verify.PeerVerifier;
import dev.serin.proxy.tls.verify.Pem;

import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SPIFFECertValidatorConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsCertificate;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsSessionTicketKeys;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/// Reads and checks certificates, keys and trust, wherever their octets are. Reads files; owner
/// thread.
public final class SecretCompiler {
    private static final int TICKET_KEY = 80;

    private final Ticker ticker;
    private final Function<String, Path> files;
    private final Function<Secret.KeyPair, String> trial;

    /// @param files finds the file of a name in a configuration
    /// @param trial what is wrong with a pair of certificate and key; empty if nothing is
    public SecretCompiler(
            Ticker ticker, Function<String, Path> files, Function<Secret.KeyPair, String> trial) {
        this.ticker = ticker;
        this.files = files;
        this.trial = trial;
    }

    /// @throws ConfigProblem naming the field that cannot be done
    public Secret compile(io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret message)
            throws ConfigProblem {
        return switch (message.getTypeCase()) {
            case TLS_CERTIFICATE -> in("tls_certificate", () -> pair(message.getTlsCertificate()));
            case VALIDATION_CONTEXT ->
                    in("validation_context", () -> trust(message.getValidationContext()));
            case SESSION_TICKET_KEYS ->
                    in("session_ticket_keys", () -> ticketKeys(message.getSessionTicketKeys()));
            case GENERIC_SECRET, TYPE_NOT_SET ->
                    throw new ConfigProblem("type", message.getTypeCase() + " is not supported");
        };
    }

    private interface Part {
        Secret make() throws ConfigProblem;
    }

    private static Secret in(String field, Part part) throws ConfigProblem {
        try {
            return part.make();
        } catch (ConfigProblem e) {
            throw e.under(field);
        }
    }

    /// @throws ConfigProblem naming the field that cannot be done
    public Secret.KeyPair pair(TlsCertificate message) throws ConfigProblem {
        refuse(message.hasPkcs12(), "pkcs12");
        refuse(message.hasPrivateKeyProvider(), "private_key_provider");
        refuse(message.hasOcspStaple(), "ocsp_staple");
        refuse(message.getSignedCertificateTimestampCount() > 0, "signed_certificate_timestamp");
        var octets = octets("certificate_chain", message.getCertificateChain());
        var chain = List.copyOf(Pem.certificates("certificate_chain", octets));
        var pair =
                new Secret.KeyPair(
                        text(octets),
                        text(octets("private_key", message.getPrivateKey())),
                        message.hasPassword()
                                ? text(octets("password", message.getPassword()))
                                : "",
                        new CertificateFacts(chain));
        var wrong = trial.apply(pair);
        if (!wrong.isEmpty()) {
            throw new ConfigProblem("private_key", wrong);
        }
        return pair;
    }

    /// The same message with its octets in it.
    ///
    /// @throws ConfigProblem naming the field that cannot be done
    @SuppressWarnings("deprecation") // names of any kind are what Istio sends
    public Secret.Trust trust(CertificateValidationContext message) throws ConfigProblem {
        var with = message.toBuilder();
        if (message.hasTrustedCa()) {
            with.setTrustedCa(inline("trusted_ca", message.getTrustedCa()));
        }
        if (message.hasCrl()) {
            with.setCrl(inline("crl", message.getCrl()));
        }
        var custom = message.getCustomValidatorConfig();
        if (custom.getTypedConfig().is(SPIFFECertValidatorConfig.class)) {
            with.getCustomValidatorConfigBuilder()
                    .setTypedConfig(com.google.protobuf.Any.pack(spiffe(custom.getTypedConfig())));
        }
        var whole = with.build();
        var alone =
                whole.hasTrustedCa() || whole.hasCustomValidatorConfig()
                        ? whole
                        : // names may be asked for here and the authority come from elsewhere
                        whole.toBuilder()
                                .clearMatchTypedSubjectAltNames()
                                .clearMatchSubjectAltNames()
                                .clearCrl()
                                .build();
        PeerVerifier.of(alone, octets(), ticker);
        return new Secret.Trust(whole);
    }

    private SPIFFECertValidatorConfig spiffe(com.google.protobuf.Any any) throws ConfigProblem {
        try {
            var with = any.unpack(SPIFFECertValidatorConfig.class).toBuilder();
            for (var domain : with.getTrustDomainsBuilderList()) {
                domain.setTrustBundle(inline("trust_bundle", domain.getTrustBundle()));
            }
            return with.build();
        } catch (com.google.protobuf.InvalidProtocolBufferException e) {
            throw new ConfigProblem("custom_validator_config", "does not parse");
        }
    }

    private DataSource inline(String field, DataSource source) throws ConfigProblem {
        return DataSource.newBuilder()
                .setInlineBytes(ByteString.copyFrom(octets(field, source)))
                .build();
    }

    /// @throws ConfigProblem naming the field that cannot be done
    public Secret.TicketKeys ticketKeys(TlsSessionTicketKeys message) throws ConfigProblem {
        var keys = new ArrayList<ByteString>();
        for (var source : message.getKeysList()) {
            var octets = octets("keys", source);
            if (octets.length != TICKET_KEY) {
                throw new ConfigProblem(
                        "keys", "has " + octets.length + " octets instead of " + TICKET_KEY);
            }
            keys.add(ByteString.copyFrom(octets));
        }
        return new Secret.TicketKeys(List.copyOf(keys));
    }

    public Ticker ticker() {
        return ticker;
    }

    public Octets octets() {
        return this::octets;
    }

    private byte[] octets(String field, DataSource source) throws ConfigProblem {
        return switch (source.getSpecifierCase()) {
            case INLINE_BYTES -> source.getInlineBytes().toByteArray();
            case INLINE_STRING -> source.getInlineString().getBytes(StandardCharsets.UTF_8);
            case FILENAME -> {
                try {
                    yield Files.readAllBytes(files.apply(source.getFilename()));
                } catch (NoSuchFileException e) {
                    throw new ConfigProblem(
                            field,
                            "there is no file "
                                    + source.getFilename()
                                    + " (a relative path begins where the proxy was started)");
                } catch (IOException e) {
                    throw new ConfigProblem(
                            field, "cannot read " + source.getFilename() + ": " + e.getMessage());
                }
            }
            case ENVIRONMENT_VARIABLE ->
                    throw new ConfigProblem(field, "environment_variable is not supported");
            case SPECIFIER_NOT_SET -> throw new ConfigProblem(field, "is missing");
        };
    }

    private static void refuse(boolean set, String field) throws ConfigProblem {
        if (set) {
            throw new ConfigProblem(field, "is not supported");
        }
    }

    private static String text(byte[] octets) {
        return new String(octets, StandardCharsets.US_ASCII);
    }
}
