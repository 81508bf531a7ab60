package dev.serin.conformance.kubernetes;

import dev.serin.base.chance.Draws;
import dev.serin.base.time.Ticker;
import dev.serin.ca.CertificateAuthority;
import dev.serin.local.api.LocalApi;
import dev.serin.local.api.PodLogs;
import dev.serin.local.api.PodStreams;
import dev.serin.local.api.ServiceUrls;
import dev.serin.local.api.Usage;
import dev.serin.local.api.wire.Sockets;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// The local API in this process, on loopback, without any controller.
final class LocalKubernetes implements Kubernetes {
    private final LocalApi api;
    private final int port;
    private final String root;

    LocalKubernetes(Path folder) throws IOException {
        var authority =
                CertificateAuthority.open(folder.resolve("pki"), "conformance", Ticker.system());
        this.root = authority.rootPem();
        var keys = authority.serverKeys("api", List.of("127.0.0.1", "localhost"));
        this.api =
                new LocalApi(
                        new LocalApi.Options(
                                Files.createDirectories(folder.resolve("state")),
                                Ticker.system(),
                                Draws.system(),
                                "10.96.0.0/16",
                                root,
                                PodLogs.NONE,
                                PodStreams.NONE,
                                Usage.NONE,
                                ServiceUrls.NONE,
                                Throwable::printStackTrace));
        this.port =
                api.start(
                                Sockets.ofMachine(),
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                                keys.keyManager(),
                                TOKEN)
                        .getPort();
    }

    @Override
    public String name() {
        return "local";
    }

    @Override
    public String url() {
        return "https://127.0.0.1:" + port;
    }

    @Override
    public String rootPem() {
        return root;
    }

    @Override
    public void close() {
        api.close();
    }
}
