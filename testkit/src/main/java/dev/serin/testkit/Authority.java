package dev.serin.testkit;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;

/// A certificate authority for tests: issues certificates and lists of revoked ones, as PEM. Its
/// certificates hold from 2020 to 2050 unless the test says otherwise.
public final class Authority {
    private static final byte[] ECDSA_SHA256 = oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02);
    private static final byte[] RSA_SHA256 =
            oid(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b);
    private static final Instant FROM = Instant.parse("2020-01-01T00:00:00Z");
    private static final Instant TO = Instant.parse("2049-01-01T00:00:00Z");
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyMMddHHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private final String name;
    private final KeyPair keys;
    private final String pem;
    private long serial = 0x1000;

    /// A leaf's certificate with its chain below the authority, and its key, as PEM.
    public record Issued(String chain, String key, long serial) {}

    /// What a leaf is to be.
    ///
    /// @param names `URI:…`, `DNS:…`, `EMAIL:…` or `IP:…`
    public record Request(
            String commonName, List<String> names, Instant from, Instant to, boolean rsa) {
        public static Request of(String commonName, String... names) {
            return new Request(commonName, List.of(names), FROM, TO, false);
        }

        public Request until(Instant end) {
            return new Request(commonName, names, from, end, rsa);
        }

        public Request withRsa() {
            return new Request(commonName, names, from, to, true);
        }
    }

    /// A root.
    public Authority(String name) {
        this.name = name;
        this.keys = keys(false);
        this.pem =
                pem(
                        "CERTIFICATE",
                        certificate(Request.of(name), keys, name, keys.getPrivate(), 1, true));
    }

    private Authority(String name, KeyPair keys, String pem) {
        this.name = name;
        this.keys = keys;
        this.pem = pem;
    }

    /// Its own certificate.
    public String pem() {
        return pem;
    }

    /// An authority below this one; its leaves' chains hold its own certificate.
    public Authority intermediate(String below) {
        var own = keys(false);
        var certificate =
                certificate(Request.of(below), own, name, keys.getPrivate(), serial++, true);
        return new Authority(below, own, pem("CERTIFICATE", certificate));
    }

    public Issued issue(String commonName, String... names) {
        return issue(Request.of(commonName, names));
    }

    public Issued issue(Request request) {
        var own = keys(request.rsa());
        var number = serial++;
        var certificate = certificate(request, own, name, keys.getPrivate(), number, false);
        return new Issued(
                pem("CERTIFICATE", certificate),
                pem("PRIVATE KEY", own.getPrivate().getEncoded()),
                number);
    }

    /// A list of the certificates that it has taken back.
    public String revoked(long... serials) {
        var entries = new ArrayList<byte[]>();
        for (var one : serials) {
            entries.add(sequence(integer(one), time(FROM)));
        }
        var list =
                sequence(
                        integer(1),
                        sequence(ECDSA_SHA256),
                        named(name),
                        time(FROM),
                        time(TO),
                        entries.isEmpty() ? new byte[0] : sequence(entries.toArray(byte[][]::new)));
        return pem("X509 CRL", signed(list, keys.getPrivate()));
    }

    private static KeyPair keys(boolean rsa) {
        try {
            var generator = KeyPairGenerator.getInstance(rsa ? "RSA" : "EC");
            if (rsa) {
                generator.initialize(2048);
            } else {
                generator.initialize(new ECGenParameterSpec("secp256r1"));
            }
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] certificate(
            Request request,
            KeyPair subject,
            String issuer,
            PrivateKey signer,
            long number,
            boolean authority) {
        var extensions = new ArrayList<byte[]>();
        if (authority) {
            extensions.add(extension(19, true, sequence(der(1, (byte) 0xff))));
            extensions.add(extension(15, true, der(3, (byte) 1, (byte) 0x06)));
        } else {
            extensions.add(extension(15, true, der(3, (byte) 7, (byte) 0x80)));
        }
        if (!request.names().isEmpty()) {
            extensions.add(extension(17, false, names(request.names())));
        }
        var body =
                sequence(
                        der(0xa0, integer(2)),
                        integer(number),
                        sequence(ECDSA_SHA256),
                        named(issuer),
                        sequence(time(request.from()), time(request.to())),
                        named(request.commonName()),
                        subject.getPublic().getEncoded(),
                        der(0xa3, sequence(extensions.toArray(byte[][]::new))));
        return signed(body, signer);
    }

    private static byte[] names(List<String> names) {
        var all = new ArrayList<byte[]>();
        for (var name : names) {
            var colon = name.indexOf(':');
            var value = name.substring(colon + 1);
            var text = value.getBytes(StandardCharsets.US_ASCII);
            all.add(
                    switch (name.substring(0, colon)) {
                        case "EMAIL" -> der(0x81, text);
                        case "DNS" -> der(0x82, text);
                        case "URI" -> der(0x86, text);
                        case "IP" -> der(0x87, InetAddress.ofLiteral(value).getAddress());
                        default -> throw new IllegalArgumentException(name);
                    });
        }
        return sequence(all.toArray(byte[][]::new));
    }

    private static byte[] extension(int id, boolean critical, byte[] value) {
        var type = oid(0x55, 0x1d, id);
        return critical
                ? sequence(type, der(1, (byte) 0xff), der(4, value))
                : sequence(type, der(4, value));
    }

    private static byte[] named(String commonName) {
        var attribute =
                sequence(
                        oid(0x55, 0x04, 0x03),
                        der(0x0c, commonName.getBytes(StandardCharsets.UTF_8)));
        return sequence(der(0x31, attribute));
    }

    private static byte[] signed(byte[] body, PrivateKey signer) {
        try {
            var rsa = signer.getAlgorithm().equals("RSA");
            var signature = Signature.getInstance(rsa ? "SHA256withRSA" : "SHA256withECDSA");
            signature.initSign(signer);
            signature.update(body);
            var value = signature.sign();
            var bits = new byte[value.length + 1];
            System.arraycopy(value, 0, bits, 1, value.length);
            return sequence(body, sequence(rsa ? RSA_SHA256 : ECDSA_SHA256), der(3, bits));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] time(Instant time) {
        return der(0x17, TIME.format(time).getBytes(StandardCharsets.US_ASCII));
    }

    private static byte[] integer(long value) {
        return der(2, BigInteger.valueOf(value).toByteArray());
    }

    private static byte[] oid(int... octets) {
        var bytes = new byte[octets.length];
        for (var i = 0; i < octets.length; i++) {
            bytes[i] = (byte) octets[i];
        }
        return der(6, bytes);
    }

    private static byte[] sequence(byte[]... parts) {
        var all = new ByteArrayOutputStream();
        Arrays.stream(parts).forEach(all::writeBytes);
        return der(0x30, all.toByteArray());
    }

    private static byte[] der(int tag, byte... value) {
        var out = new ByteArrayOutputStream();
        out.write(tag);
        if (value.length < 128) {
            out.write(value.length);
        } else if (value.length < 256) {
            out.write(0x81);
            out.write(value.length);
        } else {
            out.write(0x82);
            out.write(value.length >>> 8);
            out.write(value.length);
        }
        out.writeBytes(value);
        return out.toByteArray();
    }

    private static String pem(String kind, byte[] der) {
        return "-----BEGIN "
                + kind
                + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
                + "\n-----END "
                + kind
                + "-----\n";
    }
}
