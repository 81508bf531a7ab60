package dev.serin.conformance.kubernetes;

import dev.serin.base.time.Ticker;
import dev.serin.ca.CertificateAuthority;
import dev.serin.testkit.Child;
import dev.serin.testkit.Eventually;
import dev.serin.testkit.Trust;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/// A kube-apiserver with its etcd, on loopback, without any controller. The binary is built by
/// `.ci/kubernetes`.
public final class RealKubernetes implements Kubernetes {
    private final List<Process> processes = new ArrayList<>();
    private final Path folder;
    private final int port;
    private final String root;

    /// Starts both and waits until the API is ready.
    ///
    /// @param binaries folder with `etcd` and `kube-apiserver`
    /// @param durable whether a write is on the disk when it is answered, which suites need not
    ///   have
    RealKubernetes(Path binaries, Path folder, boolean durable) throws IOException {
        this.folder = folder;
        this.port = Child.freePort();
        var etcd = Child.freePort();
        var peer = Child.freePort();
        var authority =
                CertificateAuthority.open(folder.resolve("pki"), "conformance", Ticker.system());
        this.root = authority.rootPem();
        var keys = authority.serverKeys("api", List.of("127.0.0.1", "localhost"));
        var chain = Files.writeString(folder.resolve("api.crt"), keys.chain());
        var key = Files.writeString(folder.resolve("api.key"), keys.key());
        var tokens =
                Files.writeString(
                        folder.resolve("tokens.csv"), TOKEN + ",admin,1,system:masters\n");
        var store = "http://127.0.0.1:" + etcd;
        start(
                "etcd",
                binaries.resolve("etcd").toString(),
                "--data-dir=" + folder.resolve("etcd"),
                "--unsafe-no-fsync=" + !durable,
                "--listen-client-urls=" + store,
                "--advertise-client-urls=" + store,
                "--listen-peer-urls=http://127.0.0.1:" + peer,
                "--initial-advertise-peer-urls=http://127.0.0.1:" + peer,
                "--initial-cluster=default=http://127.0.0.1:" + peer);
        start(
                "apiserver",
                binaries.resolve("kube-apiserver").toString(),
                "--etcd-servers=" + store,
                "--bind-address=127.0.0.1",
                "--advertise-address=127.0.0.1",
                "--secure-port=" + port,
                "--tls-cert-file=" + chain,
                "--tls-private-key-file=" + key,
                "--token-auth-file=" + tokens,
                "--authorization-mode=RBAC",
                "--service-account-issuer=https://kubernetes.default.svc",
                "--service-account-signing-key-file=" + key,
                "--service-account-key-file=" + chain,
                "--service-cluster-ip-range=10.96.0.0/16",
                "--endpoint-reconciler-type=none");
        awaitReady();
    }

    @Override
    public String name() {
        return "real";
    }

    /// The one that `.ci/kubernetes` built.
    public static RealKubernetes built(Path folder) throws IOException {
        return new RealKubernetes(binaries(), Files.createDirectories(folder), false);
    }

    /// The same, with a store that survives a loss of power.
    static RealKubernetes durable(Path folder) throws IOException {
        return new RealKubernetes(binaries(), Files.createDirectories(folder), true);
    }

    private static Path binaries() {
        var binaries = System.getProperty("serin.kubernetes", "");
        if (binaries.isEmpty()) {
            throw new IllegalStateException(
                    "No kube-apiserver: this test is run by .ci/kubernetes, which builds one.");
        }
        return Path.of(binaries);
    }

    /// A file by which clients reach it, as its administrator.
    public String kubeconfig() {
        var authority =
                Base64.getEncoder().encodeToString(root.getBytes(StandardCharsets.US_ASCII));
        return """
        apiVersion: v1
        kind: Config
        clusters: [{name: it, cluster: {server: "URL", certificate-authority-data: AUTHORITY}}]
        users: [{name: admin, user: {token: TOKEN}}]
        contexts: [{name: it, context: {cluster: it, user: admin}}]
        current-context: it
        """
                .replace("URL", url())
                .replace("AUTHORITY", authority)
                .replace("TOKEN}", TOKEN + "}");
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
        // The API server first: it retries its store for ever.
        processes.reversed().forEach(Child::end);
    }

    private void start(String name, String... command) throws IOException {
        processes.add(
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve(name + ".log").toFile())
                        .start());
    }

    private void awaitReady() throws IOException {
        var context = Trust.context(root);
        try (var client = HttpClient.newBuilder().sslContext(context).build()) {
            var request =
                    HttpRequest.newBuilder(URI.create(url() + "/readyz"))
                            .timeout(Duration.ofSeconds(5))
                            .header("Authorization", "Bearer " + TOKEN)
                            .build();
            var ready =
                    Eventually.poll(
                            Duration.ofSeconds(120),
                            () ->
                                    Child.answers(client, request)
                                            || !processes.stream().allMatch(Process::isAlive),
                            over -> over);
            if (ready && processes.stream().allMatch(Process::isAlive)) {
                return;
            }
        }
        var log = Files.readString(folder.resolve("apiserver.log"));
        close();
        throw new IllegalStateException(
                "kube-apiserver is not ready: " + log.substring(Math.max(0, log.length() - 3000)));
    }
}
