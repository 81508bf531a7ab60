package dev.serin.proxy.format;

import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.stream.CertificateFacts;
import dev.serin.proxy.stream.TlsFacts;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/// The operators about TLS, which are the same for both ends.
final class TlsOperators {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);

    private TlsOperators() {}

    /// By their names.
    static Map<String, Operator> all() {
        var all = new HashMap<String, Operator>();
        add(all, "DOWNSTREAM", e -> e.downstream().tls());
        all.put(
                "UPSTREAM_SERVER_NAME",
                e ->
                        e.upstream() == null
                                ? null
                                : blank(of(e.upstream().tls(), TlsFacts::serverName)));
        add(all, "UPSTREAM", e -> e.upstream() == null ? null : e.upstream().tls());
        return all;
    }

    private static void add(
            Map<String, Operator> all, String side, Function<Entry, @Nullable TlsFacts> tls) {
        all.put(side + "_TLS_VERSION", of(tls, TlsFacts::version));
        all.put(side + "_TLS_CIPHER", of(tls, TlsFacts::cipher));
        all.put(side + "_TLS_SESSION_ID", of(tls, TlsFacts::sessionId));
        certificate(all, side + "_LOCAL_", e -> of(tls.apply(e), TlsFacts::local));
        certificate(all, side + "_PEER_", e -> of(tls.apply(e), TlsFacts::peer));
    }

    private static void certificate(
            Map<String, Operator> all, String end, Function<Entry, @Nullable CertificateFacts> of) {
        all.put(end + "SUBJECT", text(of, CertificateFacts::subject));
        all.put(end + "ISSUER", text(of, CertificateFacts::issuer));
        all.put(end + "SERIAL", text(of, CertificateFacts::serial));
        all.put(end + "FINGERPRINT_256", text(of, CertificateFacts::sha256));
        all.put(end + "FINGERPRINT_1", text(of, CertificateFacts::sha1));
        all.put(end + "CERT", text(of, CertificateFacts::pem));
        all.put(end + "URI_SAN", text(of, c -> joined(c.uriSans())));
        all.put(end + "DNS_SAN", text(of, c -> joined(c.dnsSans())));
        all.put(end + "IP_SAN", text(of, c -> joined(c.ipSans())));
        all.put(end + "EMAIL_SAN", text(of, c -> joined(c.emailSans())));
        all.put(
                end + "CHAIN_FINGERPRINTS_256",
                text(of, c -> joined(c.ofChain(CertificateFacts::sha256))));
        all.put(
                end + "CHAIN_FINGERPRINTS_1",
                text(of, c -> joined(c.ofChain(CertificateFacts::sha1))));
        all.put(end + "CHAIN_SERIALS", text(of, c -> joined(c.ofChain(CertificateFacts::serial))));
        all.put(end + "CERT_V_START", text(of, c -> time(c.notBefore())));
        all.put(end + "CERT_V_END", text(of, c -> time(c.notAfter())));
    }

    /// When a peer's certificate begins or ends to be good, in a form of its own.
    static Operator validity(String name, String form) throws ConfigProblem {
        Function<Entry, @Nullable TlsFacts> tls =
                name.startsWith("DOWNSTREAM")
                        ? e -> e.downstream().tls()
                        : e -> e.upstream() == null ? null : e.upstream().tls();
        Function<CertificateFacts, @Nullable Instant> when =
                name.endsWith("START") ? CertificateFacts::notBefore : CertificateFacts::notAfter;
        return Times.of(e -> of(of(tls.apply(e), TlsFacts::peer), when), false, form);
    }

    private static String time(Instant at) {
        return TIME.format(at);
    }

    private static @Nullable String joined(List<String> names) {
        return names.isEmpty() ? null : String.join(",", names);
    }

    private static Operator of(
            Function<Entry, @Nullable TlsFacts> tls, Function<TlsFacts, @Nullable String> value) {
        return e -> blank(of(tls.apply(e), value));
    }

    private static Operator text(
            Function<Entry, @Nullable CertificateFacts> of,
            Function<CertificateFacts, @Nullable String> value) {
        return e -> blank(of(of.apply(e), value));
    }

    private static <T, V> @Nullable V of(@Nullable T from, Function<T, @Nullable V> value) {
        return from == null ? null : value.apply(from);
    }

    private static @Nullable String blank(@Nullable String text) {
        return text == null || text.isEmpty() ? null : text;
    }
}
