package dev.serin.config.check;

import static dev.serin.config.check.MetadataRules.complain;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// What a Gateway must keep.
final class GatewayRules {
    private static final List<String> PROTOCOLS =
            List.of("HTTP", "HTTPS", "GRPC", "GRPC-WEB", "HTTP2", "MONGO", "TCP", "TLS");
    private static final Set<String> ENCRYPTED = Set.of("HTTPS", "TLS");
    private static final List<String> VERSIONS =
            List.of("TLSV1_0", "TLSV1_1", "TLSV1_2", "TLSV1_3");

    private GatewayRules() {}

    static void check(Place body) {
        var spec = body.at("spec");
        if (!spec.exists()) {
            body.missing("spec", "what the Gateway opens");
            return;
        }
        MetadataRules.labels(spec, "selector");
        if (spec.size("selector") == 0) {
            spec.missing("selector", "labels of the gateway's pods, such as istio: ingressgateway");
        }
        if (spec.size("servers") == 0) {
            spec.missing("servers", "the ports that it opens");
        }
        var names = new HashSet<String>();
        var protocols = new HashMap<String, String>();
        for (var server : spec.elements("servers")) {
            server(server);
            var port = server.at("port");
            var name = port.at("name");
            if (name.exists() && !names.add(name.text() + server.text("bind"))) {
                name.bad("must be there once", "rename the port of one of the two servers");
            }
            var number = port.text("number") + " " + server.text("bind");
            var other = protocols.putIfAbsent(number, plain(port.text("protocol")));
            if (other != null && !other.equals(plain(port.text("protocol")))) {
                port.at("protocol").bad("must be as in the other server on this port: " + other);
            }
        }
    }

    private static String plain(String protocol) {
        return ENCRYPTED.contains(protocol) ? "HTTPS or TLS" : protocol;
    }

    private static void server(Place server) {
        var port = server.at("port");
        port.range("number", 1, 65_535);
        port.word("protocol", PROTOCOLS);
        if (server.has("hosts") && server.size("hosts") == 0) {
            server.missing("hosts", "the hosts that are served, * for all");
        }
        for (var host : server.elements("hosts")) {
            var text = host.text();
            var slash = text.indexOf('/');
            var namespace = slash < 0 ? "*" : text.substring(0, slash);
            if (!List.of("*", ".").contains(namespace) && Names.label(namespace) != null) {
                host.bad("must have a namespace, . or * before the /");
            }
            complain(host, Names.host(text.substring(slash + 1)));
        }
        if (server.has("bind")
                && !Names.isAddress(server.text("bind"))
                && !server.text("bind").startsWith("unix://")) {
            server.at("bind").bad("must be an address");
        }
        tls(server, port.text("protocol"));
    }

    private static void tls(Place server, String protocol) {
        var tls = server.at("tls");
        if (ENCRYPTED.contains(protocol) && !tls.exists()) {
            server.missing("tls", "how the server decrypts, for " + protocol);
            return;
        }
        if (!tls.exists()) {
            return;
        }
        if (!ENCRYPTED.contains(protocol)) {
            if (tls.count("mode", "credentialName", "serverCertificate", "privateKey") > 0) {
                tls.forbid(
                        "a server of protocol " + protocol + " does not decrypt",
                        "write protocol: HTTPS, or keep only httpsRedirect");
            }
            return;
        }
        certificates(tls, tls.text("mode").isEmpty() ? "PASSTHROUGH" : tls.text("mode"));
        var least = VERSIONS.indexOf(tls.text("minProtocolVersion"));
        var most = VERSIONS.indexOf(tls.text("maxProtocolVersion"));
        if (least >= 0 && most >= 0 && least > most) {
            tls.at("minProtocolVersion").bad("must not be newer than maxProtocolVersion");
        }
    }

    private static void certificates(Place tls, String mode) {
        var secret = tls.count("credentialName", "credentialNames", "tlsCertificates") > 0;
        var files = tls.count("serverCertificate", "privateKey");
        switch (mode) {
            case "SIMPLE", "MUTUAL", "OPTIONAL_MUTUAL" -> {
                if (!secret && files < 2) {
                    tls.missing(
                            "credentialName",
                            "a Secret with the certificate, or serverCertificate and privateKey");
                }
                if (!secret && !mode.equals("SIMPLE") && !tls.has("caCertificates")) {
                    tls.missing("caCertificates", "whom clients' certificates come from");
                }
            }
            default -> {
                if (secret || files > 0) {
                    tls.forbid(
                            "certificates with mode " + mode + ", which has no use for them",
                            "take them out, or write mode: SIMPLE");
                }
            }
        }
        if (tls.at("httpsRedirect").node().asBoolean(false)) {
            tls.at("httpsRedirect")
                    .forbid(
                            "a server that decrypts has nothing to redirect",
                            "write it on port 80");
        }
    }
}
