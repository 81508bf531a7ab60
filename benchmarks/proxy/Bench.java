import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The place of one run: a folder with certificates, bodies and configurations, the backend, and how each proxy is started.
final class Bench implements AutoCloseable {
    /// Ours, then those it is compared with.
    static final List<String> PEERS = List.of("serin", "envoy", "nginx", "haproxy");

    static final int PROXY_CORE = 0;
    static final int ANY_CORE = -1;
    private static final int OTHER_CORE = 1;

    private final Path folder;
    private final Path sources;
    private final Ports ports;
    private final Map<String, String> environment;
    private final Set<String> without;
    private final Peer backend;
    final Load load;

    /// @param sources the folder of this benchmark
    /// @param without what full configurations shall lack
    Bench(Path sources, Map<String, String> environment, Set<String> without) throws IOException, InterruptedException {
        this.sources = sources;
        this.environment = environment;
        this.without = without;
        folder = Files.createTempDirectory("serin-proxy-");
        var names = new ArrayList<>(List.of("backend", "backend-h2", "admin-serin", "admin-envoy"));
        names.addAll(PEERS);
        ports = new Ports(names);
        certificates();
        bodies();
        var library = folder.resolve("client-certificate.so");
        run("gcc", "-shared", "-fPIC", "-O2", "-o", library.toString(), sources.resolve("client-certificate.c").toString());
        load = new Load(OTHER_CORE, folder, library);
        var config = write("backend.conf", new OtherConfig(Row.Set.HTTP1, ports, folder.toString()).backend());
        backend = new Peer("backend", OTHER_CORE, ports.of("backend"), folder, List.of("nginx", "-c", config));
        backend.ready();
    }

    /// Starts a proxy; its configuration is of `set`.
    Peer start(String name, Row.Set set, int core) throws IOException {
        var others = new OtherConfig(set, ports, folder.toString());
        var envoy = new EnvoyConfig(set, ports, folder.toString(), without);
        var command =
                switch (name) {
                    case "serin" -> {
                        var config = write("serin.yaml", envoy.text(ports.of("admin-serin"), name));
                        var words = new ArrayList<>(List.of(environment.get("SERIN").split(" ")));
                        words.addAll(List.of("proxy", "--config", config));
                        yield words;
                    }
                    case "envoy" -> {
                        var config = write("envoy.yaml", envoy.text(ports.of("admin-envoy"), name));
                        yield List.of(
                                environment.get("ENVOY"), "-c", config, "--concurrency", "1", "--disable-hot-restart", "-l", "error");
                    }
                    case "nginx" -> {
                        var modules = environment.getOrDefault("NGINX_MODULES", "/usr/lib/nginx/modules");
                        yield List.of("nginx", "-c", write("nginx.conf", others.nginx(modules)));
                    }
                    case "haproxy" -> List.of("haproxy", "-q", "-db", "-f", write("haproxy.cfg", others.haproxy()));
                    default -> throw new IllegalArgumentException(name);
                };
        return new Peer(name, core, ports.of(name), folder, command);
    }

    private void certificates() throws IOException, InterruptedException {
        run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
                "-subj", "/O=bench", "-keyout", in("ca.key"), "-out", in("ca.pem"));
        for (var who : List.of("server", "client")) {
            run("openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/O=" + who,
                    "-keyout", in(who + ".key"), "-out", in(who + ".csr"));
            var names = write(who + ".ext", "subjectAltName=URI:spiffe://cluster.local/ns/bench/sa/%s,IP:127.0.0.1\n".formatted(who));
            run("openssl", "x509", "-req", "-in", in(who + ".csr"), "-CA", in("ca.pem"), "-CAkey", in("ca.key"),
                    "-CAcreateserial", "-days", "30", "-extfile", names, "-out", in(who + ".pem"));
        }
        write("server-both.pem", Files.readString(folder.resolve("server.pem")) + Files.readString(folder.resolve("server.key")));
    }

    /// The answers, and the same as gRPC messages: a flag octet and a length before the content.
    private void bodies() throws IOException {
        Files.createDirectories(folder.resolve("files/grpc"));
        for (var kilobytes : new int[] {0, 1, 64}) {
            var name = kilobytes == 0 ? "0" : kilobytes + "k";
            var body = "x".repeat(kilobytes * 1024).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
            Files.write(folder.resolve("files/" + name), body);
            var message = java.nio.ByteBuffer.allocate(body.length + 5).put((byte) 0).putInt(body.length).put(body);
            Files.write(folder.resolve("files/grpc/" + name), message.array());
        }
    }

    String in(String name) {
        return folder.resolve(name).toString();
    }

    private String write(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text).toString();
    }

    private static void run(String... command) throws IOException, InterruptedException {
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var said = new String(process.getInputStream().readAllBytes());
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + ": " + said);
        }
    }

    @Override
    public void close() throws IOException {
        backend.close();
        if (environment.containsKey("KEEP")) {
            return;
        }
        try (var files = Files.walk(folder)) {
            for (var file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
