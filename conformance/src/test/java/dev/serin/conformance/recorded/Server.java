package dev.serin.conformance.recorded;

import dev.serin.base.chance.Draws;
import dev.serin.base.time.Ticker;
import dev.serin.ca.CertificateAuthority;
import dev.serin.config.Resource;
import dev.serin.local.api.LocalApi;
import dev.serin.local.api.ResourceClient;
import dev.serin.local.api.ServiceUrls;
import dev.serin.local.api.Usage;
import dev.serin.local.api.wire.Sockets;
import dev.serin.local.store.Store;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import java.util.List;

import javax.net.SocketFactory;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/// The local API of one play, in this process, which holds from the start what it is given.
final class Server implements AutoCloseable {
    static final String TOKEN = "recorded";

    private final LocalApi api;
    private final int port;

    /// What all plays share.
    record Authority(String root, KeyManager keys, SocketFactory sockets, Path folder) {
        static Authority in(Path folder) throws IOException, GeneralSecurityException {
            var authority =
                    CertificateAuthority.open(folder.resolve("pki"), "recorded", Ticker.system());
            var trusted = KeyStore.getInstance(KeyStore.getDefaultType());
            trusted.load(null, null);
            trusted.setCertificateEntry(
                    "root",
                    CertificateFactory.getInstance("X.509")
                            .generateCertificate(
                                    new ByteArrayInputStream(
                                            authority.rootPem().getBytes(StandardCharsets.UTF_8))));
            var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(trusted);
            var tls = SSLContext.getInstance("TLS");
            tls.init(null, trust.getTrustManagers(), null);
            return new Authority(
                    authority.rootPem(),
                    authority.serverKeys("api", List.of("127.0.0.1", "localhost")).keyManager(),
                    tls.getSocketFactory(),
                    folder);
        }
    }

    /// @param state an empty folder
    Server(Authority authority, Path state, Collection<Resource> held, Machine machine)
            throws IOException {
        Files.createDirectories(state);
        var key = authority.folder().resolve("service-account.key");
        if (Files.exists(key)) {
            Files.copy(key, state.resolve("service-account.key"));
        }
        try (var store = new Store(state.resolve("resources.db"), 1000, 1000)) {
            for (var each : held) {
                store.write(each.key(), _ -> new Resource(each.kind(), each.body().deepCopy()));
            }
        }
        this.api =
                new LocalApi(
                        new LocalApi.Options(
                                state,
                                Ticker.system(),
                                Draws.system(),
                                "10.210.0.0/16",
                                authority.root(),
                                machine,
                                machine,
                                Usage.NONE,
                                ServiceUrls.NONE,
                                Throwable::printStackTrace));
        if (!Files.exists(key) && Files.exists(state.resolve("service-account.key"))) {
            Files.copy(state.resolve("service-account.key"), key);
        }
        this.port =
                api.start(
                                Sockets.ofMachine(),
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                                authority.keys(),
                                TOKEN)
                        .getPort();
    }

    ResourceClient client(String component) {
        return api.client(component);
    }

    int port() {
        return port;
    }

    @Override
    public void close() {
        api.close();
    }
}
