package dev.serin.proxy.stream;

import io.netty.util.NetUtil;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

import javax.security.auth.x500.X500Principal;

/// A certificate with the chain that came with it, as logs, policies and headers ask for it. Any
/// thread; texts are made when they are first asked for.
public final class CertificateFacts {
    /// GeneralName's tags.
    private static final int EMAIL = 1;

    private static final int DNS = 2;
    private static final int URI = 6;
    private static final int IP = 7;

    private static final Map<String, String> WORDS = Map.of("1.2.840.113549.1.9.1", "emailAddress");

    private final List<X509Certificate> chain;
    private final List<String> uriSans;
    private final List<String> dnsSans;
    private final List<String> ipSans;
    private final List<String> emailSans;
    private volatile @Nullable String subject;
    private volatile @Nullable String issuer;
    private volatile @Nullable String sha256;
    private volatile @Nullable String sha1;
    private volatile @Nullable String pem;
    private volatile @Nullable String chainPem;

    /// @param chain the certificate itself first
    public CertificateFacts(List<X509Certificate> chain) {
        this.chain = List.copyOf(chain);
        var names = names(leaf());
        uriSans = of(names, URI);
        dnsSans = of(names, DNS);
        ipSans = of(names, IP);
        emailSans = of(names, EMAIL);
    }

    public List<X509Certificate> chain() {
        return chain;
    }

    public X509Certificate leaf() {
        return chain.getFirst();
    }

    public List<String> uriSans() {
        return uriSans;
    }

    public List<String> dnsSans() {
        return dnsSans;
    }

    public List<String> ipSans() {
        return ipSans;
    }

    public List<String> emailSans() {
        return emailSans;
    }

    /// The same of each certificate of the chain that came, its own first.
    public List<String> ofChain(Function<CertificateFacts, String> fact) {
        return chain.stream().map(c -> fact.apply(new CertificateFacts(List.of(c)))).toList();
    }

    /// All of its names, in its own order.
    public List<String> sans() {
        var all = new ArrayList<String>();
        for (var name : names(leaf())) {
            if (name.get(1) instanceof String text) {
                all.add(name.getFirst().equals(IP) ? address(text) : text);
            }
        }
        return all;
    }

    /// As RFC 2253 writes names.
    public String subject() {
        var text = subject;
        if (text == null) {
            text = leaf().getSubjectX500Principal().getName(X500Principal.RFC2253, WORDS);
            subject = text;
        }
        return text;
    }

    public String issuer() {
        var text = issuer;
        if (text == null) {
            text = leaf().getIssuerX500Principal().getName(X500Principal.RFC2253, WORDS);
            issuer = text;
        }
        return text;
    }

    /// In hex, whole octets.
    public String serial() {
        var text = leaf().getSerialNumber().toString(16);
        return text.length() % 2 == 0 ? text : "0" + text;
    }

    public Instant notBefore() {
        return leaf().getNotBefore().toInstant();
    }

    public Instant notAfter() {
        return leaf().getNotAfter().toInstant();
    }

    /// The fingerprint in hex.
    public String sha256() {
        var text = sha256;
        if (text == null) {
            text = digest("SHA-256");
            sha256 = text;
        }
        return text;
    }

    /// The fingerprint in hex.
    public String sha1() {
        var text = sha1;
        if (text == null) {
            text = digest("SHA-1");
            sha1 = text;
        }
        return text;
    }

    /// URL-encoded PEM.
    public String pem() {
        var text = pem;
        if (text == null) {
            text = pem(chain.subList(0, 1));
            pem = text;
        }
        return text;
    }

    /// URL-encoded PEM of the whole chain.
    public String chainPem() {
        var text = chainPem;
        if (text == null) {
            text = pem(chain);
            chainPem = text;
        }
        return text;
    }

    private static Collection<List<?>> names(X509Certificate certificate) {
        try {
            var names = certificate.getSubjectAlternativeNames();
            return names == null ? List.of() : names;
        } catch (CertificateParsingException e) {
            return List.of();
        }
    }

    private static List<String> of(Collection<List<?>> names, int tag) {
        var found = new ArrayList<String>(1);
        for (var name : names) {
            if (name.getFirst().equals(tag)) {
                var text = String.valueOf(name.get(1));
                found.add(tag == IP ? address(text) : text);
            }
        }
        return List.copyOf(found);
    }

    private static String address(String text) {
        return NetUtil.toAddressString(InetAddress.ofLiteral(text));
    }

    private String digest(String algorithm) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance(algorithm).digest(leaf().getEncoded()));
        } catch (NoSuchAlgorithmException | CertificateEncodingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String pem(List<X509Certificate> certificates) {
        var text = new StringBuilder();
        for (var certificate : certificates) {
            try {
                text.append("-----BEGIN CERTIFICATE-----\n")
                        .append(
                                Base64.getMimeEncoder(64, new byte[] {'\n'})
                                        .encodeToString(certificate.getEncoded()))
                        .append("\n-----END CERTIFICATE-----\n");
            } catch (CertificateEncodingException e) {
                throw new IllegalStateException(e);
            }
        }
        return text.toString()
                .replace("\n", "%0A")
                .replace(" ", "%20")
                .replace("+", "%2B")
                .replace("/", "%2F")
                .replace("=", "%3D");
    }
}
