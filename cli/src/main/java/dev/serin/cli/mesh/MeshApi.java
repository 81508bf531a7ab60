package dev.serin.cli.mesh;

import dev.serin.base.ProblemException;
import dev.serin.base.chance.Draws;
import dev.serin.base.net.HostPort;
import dev.serin.base.time.Ticker;
import dev.serin.ca.CertificateAuthority;
import dev.serin.local.api.Kubeconfig;
import dev.serin.local.api.LocalApi;
import dev.serin.local.api.PodLogs;
import dev.serin.local.api.PodStreams;
import dev.serin.local.api.ResourceClient;
import dev.serin.local.api.Tokens;
import dev.serin.local.api.Usage;
import dev.serin.local.api.wire.Sockets;
import dev.serin.local.host.HostPorts;
import dev.serin.local.host.Namespaces;
import dev.serin.local.node.TokenSource;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// The mesh's Kubernetes API with its store, keys, tokens and addresses: 10.96.0.1:443 inside, a
/// port of 127.0.0.1 outside.
final class MeshApi implements AutoCloseable {
    /// Outside, unless taken.
    static final int PORT = 16443;

    private static final int TRIES = 20;
    private final MeshHome home;
    private final CertificateAuthority authority;
    private final LocalApi api;

    MeshApi(
            MeshHome home,
            CertificateAuthority authority,
            PodLogs logs,
            PodStreams streams,
            Usage usage,
            Ticker ticker,
            Consumer<Throwable> failures)
            throws IOException {
        this.home = home;
        this.authority = authority;
        Files.createDirectories(home.store());
        this.api =
                new LocalApi(
                        new LocalApi.Options(
                                home.store(),
                                ticker,
                                Draws.system(),
                                "10.96.0.0/16",
                                authority.rootPem(),
                                logs,
                                streams,
                                usage,
                                new ReadyService(() -> client("apiserver")),
                                failures));
    }

    ResourceClient client(String component) {
        return api.client(component);
    }

    Tokens tokens() {
        return api.tokens();
    }

    /// Tokens for pods, by the service account that is there at that moment.
    TokenSource tokenSource() {
        var client = client("kubelet");
        return request -> {
            var account =
                    client.get(
                            new dev.serin.config.ResourceKey(
                                    "serviceaccounts",
                                    request.namespace(),
                                    request.serviceAccount()));
            return api.tokens()
                    .issue(
                            new Tokens.Wanted(
                                    request.namespace(),
                                    request.serviceAccount(),
                                    account == null ? "" : account.uid(),
                                    request.audience().isEmpty()
                                            ? List.of()
                                            : List.of(request.audience()),
                                    request.lifetime(),
                                    request.pod(),
                                    request.podUid()))
                    .token();
        };
    }

    /// Opens both doors and writes the kubeconfig; answers the outer URL.
    String open(HostPorts ports, Consumer<String> say) throws IOException {
        var hosts =
                List.of(
                        Namespaces.API,
                        "127.0.0.1",
                        "localhost",
                        "kubernetes",
                        "kubernetes.default",
                        "kubernetes.default.svc",
                        "kubernetes.default.svc.cluster.local");
        var keys = authority.serverKeys("kubernetes", hosts);
        var token = adminToken(home.store().resolve("admin.token"));
        var inside =
                api.start(
                        Sockets.ofMachine(),
                        new InetSocketAddress(Namespaces.API, 443),
                        keys.keyManager(),
                        token);
        var outside = firstFree(ports, () -> inside);
        Taken.tell("Kubernetes API", new HostPort("127.0.0.1", PORT), outside, say);
        var url = "https://" + outside;
        var text = new Kubeconfig(home.name(), url, authority.rootPem(), token).text();
        Private.write(home.kubeconfig(), text);
        return url;
    }

    @Override
    public void close() {
        api.close();
    }

    /// Several meshes run side by side: the first free port from the usual one on.
    private static HostPort firstFree(
            HostPorts ports, Supplier<@Nullable InetSocketAddress> backend) {
        ProblemException first = null;
        for (var port = PORT; port < PORT + TRIES; port++) {
            try {
                return ports.open(new HostPort("127.0.0.1", port), backend).address();
            } catch (ProblemException e) {
                first = first == null ? e : first;
            }
        }
        throw first == null ? new IllegalStateException() : first;
    }

    private static String adminToken(Path file) throws IOException {
        if (Files.exists(file)) {
            return Files.readString(file);
        }
        var bytes = new byte[24];
        new SecureRandom().nextBytes(bytes);
        var token = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        Private.write(file, token);
        return token;
    }

    /// Files that only their owner may read.
    private static final class Private {
        static void write(Path file, String text) throws IOException {
            var owner = PosixFilePermissions.fromString("rw-------");
            var half = file.resolveSibling(file.getFileName() + ".half");
            Files.deleteIfExists(half);
            Files.createFile(half, PosixFilePermissions.asFileAttribute(owner));
            Files.writeString(half, text);
            Files.move(
                    half,
                    file,
                    java.nio.file.StandardCopyOption.ATOMIC_MOVE,
                    java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        }
    }
}
