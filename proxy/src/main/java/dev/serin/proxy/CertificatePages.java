package dev.serin.proxy;

import com.google.protobuf.Timestamp;

import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.stream.CertificateFacts;
import dev.serin.proxy.tls.LiveTls;
import dev.serin.proxy.tls.verify.Pem;

import io.envoyproxy.envoy.admin.v3.Certificate;
import io.envoyproxy.envoy.admin.v3.CertificateDetails;
import io.envoyproxy.envoy.admin.v3.Certificates;
import io.envoyproxy.envoy.admin.v3.SubjectAlternateName;
import io.envoyproxy.envoy.config.core.v3.DataSource;

import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/// `/certs`: the certificates of all TLS contexts, with how long they last.
final class CertificatePages {
    private CertificatePages() {}

    static Certificates of(List<LiveTls.Held> contexts, Instant now) {
        var all = Certificates.newBuilder();
        for (var context : contexts) {
            var one = Certificate.newBuilder();
            if (context.trusted() != null && context.trusted().hasTrustedCa()) {
                var source = context.trusted().getTrustedCa();
                read(text(source)).forEach(c -> one.addCaCert(details(c, source, now)));
            }
            for (var pair : context.own()) {
                read(pair.chain().getBytes(StandardCharsets.UTF_8))
                        .forEach(c ->
                                one.addCertChain(details(c, DataSource.getDefaultInstance(), now)));
            }
            all.addCertificates(one);
        }
        return all.build();
    }

    private static byte[] text(DataSource source) {
        return source.hasInlineString()
                ? source.getInlineString().getBytes(StandardCharsets.UTF_8)
                : source.getInlineBytes().toByteArray();
    }

    private static List<X509Certificate> read(byte[] pem) {
        try {
            return pem.length == 0 ? List.of() : List.copyOf(Pem.certificates("", pem));
        } catch (ConfigProblem e) {
            return List.of(); // it was read before, or it is no PEM
        }
    }

    private static CertificateDetails details(
            X509Certificate certificate, DataSource source, Instant now) {
        var facts = new CertificateFacts(List.of(certificate));
        var details =
                CertificateDetails.newBuilder()
                        .setPath(source.hasFilename() ? source.getFilename() : "<inline>")
                        .setSerialNumber(facts.serial())
                        .setDaysUntilExpiration(
                                Math.max(0, Duration.between(now, facts.notAfter()).toDays()))
                        .setValidFrom(timestamp(facts.notBefore()))
                        .setExpirationTime(timestamp(facts.notAfter()));
        facts.uriSans()
                .forEach(n ->
                        details.addSubjectAltNames(SubjectAlternateName.newBuilder().setUri(n)));
        facts.dnsSans()
                .forEach(n ->
                        details.addSubjectAltNames(SubjectAlternateName.newBuilder().setDns(n)));
        facts.ipSans()
                .forEach(n ->
                        details.addSubjectAltNames(
                                SubjectAlternateName.newBuilder().setIpAddress(n)));
        return details.build();
    }

    private static Timestamp timestamp(Instant instant) {
        return Timestamp.newBuilder().setSeconds(instant.getEpochSecond()).build();
    }
}
