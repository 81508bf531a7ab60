import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;

/// `benchmarks/run idle`: resident memory of ours and Envoy's with many connections that have asked once and then do nothing,
/// and with readers that ask for much and do not read.
///
/// `Idle FOLDER [--quick] [--only WORD]`, where the word is of a row's name.
final class Idle {
    private static final int WARM = 200;
    private static final int SLOW = 500;
    private static final int LARGE = 4 * 1024 * 1024;

    /// @param begun in MB, a little warm
    /// @param full with all connections
    /// @param ended after them
    private record Memory(int connections, double begun, double full, double ended) {
        double each() {
            return (full - begun) * 1024 / connections;
        }

        String cells() {
            return String.format(Locale.ROOT, "%.0f → %.0f → %.0f | %.1f", begun, full, ended, each());
        }
    }

    /// Opens a connection and has it do what it shall have done.
    private interface Opening {
        Socket open(int port) throws Exception;
    }

    private final Bench bench;
    private final boolean quick;
    private final String only;
    private final Map<String, Map<String, Memory>> rows = new LinkedHashMap<>();

    private Idle(Bench bench, boolean quick, String only) {
        this.bench = bench;
        this.only = only;
        this.quick = quick;
    }

    public static void main(String[] arguments) throws Exception {
        var words = Arrays.asList(arguments);
        var quick = words.contains("--quick");
        var only = words.contains("--only") ? words.get(words.indexOf("--only") + 1) : "";
        try (var bench = new Bench(Path.of(arguments[0]), System.getenv(), Set.of())) {
            Files.write(Path.of(bench.in("files/4m")), new byte[LARGE]);
            var idle = new Idle(bench, quick, only);
            var many = quick ? 2000 : 10_000;
            idle.row("HTTP/1.1, idle", Row.Set.HTTP1, many, Idle::http1);
            idle.row("HTTP/2, idle", Row.Set.HTTP1, many, Idle::http2);
            var factory = idle.tls();
            idle.row("mutual TLS, idle", Row.Set.MTLS, quick ? 500 : 5000, port -> tls(factory, port));
            idle.row("HTTP/1.1, 4 MB not read", Row.Set.HTTP1, SLOW, Idle::slow1);
            idle.row("HTTP/2, 4 MB not read", Row.Set.HTTP1, SLOW, Idle::slow2);
            if (quick || !only.isEmpty()) {
                System.err.print(idle.table());
            } else {
                var file = Path.of(arguments[0]).resolveSibling("results").resolve(LocalDate.now() + "-idle.md");
                Files.writeString(file, idle.table());
                System.err.println("written: " + file);
            }
            System.out.println(idle.last());
        }
    }

    private void row(String name, Row.Set set, int connections, Opening opening) throws Exception {
        for (var peer : name.contains(only) ? List.of("serin", "envoy") : List.<String>of()) {
            try (var proxy = bench.start(peer, set, Bench.ANY_CORE)) {
                proxy.ready();
                var memory = measure(proxy, connections, opening);
                rows.computeIfAbsent(name, _ -> new LinkedHashMap<>()).put(peer, memory);
                System.err.println(name + ", " + connections + ", " + peer + ": " + memory.cells() + " KB each");
            }
        }
    }

    private static Memory measure(Peer proxy, int connections, Opening opening) throws Exception {
        var open = new ArrayList<Socket>();
        try {
            for (var i = 0; i < WARM; i++) {
                open.add(opening.open(proxy.port()));
            }
            close(open);
            var begun = settled(proxy);
            for (var i = 0; i < connections; i++) {
                open.add(opening.open(proxy.port()));
            }
            var full = settled(proxy);
            close(open);
            return new Memory(connections, begun, full, settled(proxy));
        } finally {
            close(open);
        }
    }

    /// When it has not changed by 1 % for a while.
    private static double settled(Peer proxy) throws InterruptedException {
        var last = proxy.rssMegabytes();
        for (var same = 0; same < 5; ) {
            Thread.sleep(500); // nothing tells that memory has settled: it is looked at
            var now = proxy.rssMegabytes();
            same = Math.abs(now - last) < last / 100 ? same + 1 : 0;
            last = now;
        }
        return last;
    }

    private static void close(List<Socket> open) throws IOException {
        for (var socket : open) {
            socket.close();
        }
        open.clear();
    }

    // ---- connections

    private static Socket connect(int port, int receive) throws IOException {
        var socket = new Socket();
        if (receive > 0) {
            socket.setReceiveBufferSize(receive);
        }
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 10_000);
        socket.setSoTimeout(20_000);
        return socket;
    }

    private static Socket http1(int port) throws IOException {
        var socket = connect(port, 0);
        ask(socket, "/1k");
        whole(socket.getInputStream());
        return socket;
    }

    private static void ask(Socket socket, String path) throws IOException {
        socket.getOutputStream().write(("GET " + path + " HTTP/1.1\r\nhost: t\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
    }

    private static void whole(InputStream in) throws IOException {
        var head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            var octet = in.read();
            if (octet < 0) {
                throw new EOFException("no answer");
            }
            head.append((char) octet);
        }
        if (!head.toString().startsWith("HTTP/1.1 200 ") || in.readNBytes(1024).length < 1024) {
            throw new IOException("not what was asked for: " + head);
        }
    }

    private static Socket slow1(int port) throws IOException {
        var socket = connect(port, 16 * 1024);
        ask(socket, "/4m");
        socket.getInputStream().read();
        return socket;
    }

    private static Socket tls(SSLSocketFactory factory, int port) throws IOException {
        var socket = factory.createSocket(InetAddress.getLoopbackAddress(), port);
        ask(socket, "/1k");
        whole(socket.getInputStream());
        return socket;
    }

    private static Socket http2(int port) throws IOException {
        var socket = connect(port, 0);
        askHttp2(socket, "/1k", false);
        var in = socket.getInputStream();
        for (var ended = false; !ended; ) {
            ended = frame(in);
        }
        return socket;
    }

    /// A client that opens its windows wide and then does not read.
    private static Socket slow2(int port) throws IOException {
        var socket = connect(port, 16 * 1024);
        askHttp2(socket, "/4m", true);
        frame(socket.getInputStream());
        return socket;
    }

    private static void askHttp2(Socket socket, String path, boolean wide) throws IOException {
        var block = new java.io.ByteArrayOutputStream();
        block.write(new byte[] {(byte) 0x82, (byte) 0x86, 0x04, (byte) path.length()}); // GET, http, :path
        block.write(path.getBytes(StandardCharsets.US_ASCII));
        block.write(new byte[] {0x01, 1, 't'}); // :authority
        var out = new java.io.ByteArrayOutputStream();
        out.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        if (wide) {
            out.write(new byte[] {0, 0, 6, 4, 0, 0, 0, 0, 0, 0, 4, 0x10, 0, 0, 0}); // a stream's window
            out.write(new byte[] {0, 0, 4, 8, 0, 0, 0, 0, 0, 0x10, 0, 0, 0}); // the connection's
        } else {
            out.write(new byte[] {0, 0, 0, 4, 0, 0, 0, 0, 0});
        }
        out.write(new byte[] {0, 0, (byte) block.size(), 1, 5, 0, 0, 0, 1});
        out.write(block.toByteArray());
        socket.getOutputStream().write(out.toByteArray());
    }

    /// Reads one; whether a stream ends with it.
    private static boolean frame(InputStream in) throws IOException {
        var head = in.readNBytes(9);
        if (head.length < 9) {
            throw new EOFException("no answer");
        }
        var length = (head[0] & 0xff) << 16 | (head[1] & 0xff) << 8 | head[2] & 0xff;
        in.readNBytes(length);
        if (head[3] == 3 || head[3] == 7) {
            throw new IOException("refused by a frame of type " + head[3]);
        }
        return head[3] <= 1 && (head[4] & 1) != 0;
    }

    private SSLSocketFactory tls() throws Exception {
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setCertificateEntry("root", certificate("ca.pem"));
        var key = Files.readString(Path.of(bench.in("client.key"))).replaceAll("-----[^-]*-----|\\s", "");
        var own = KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(key)));
        store.setKeyEntry("own", own, new char[0], new Certificate[] {certificate("client.pem")});
        var keys = KeyManagerFactory.getInstance("PKIX");
        keys.init(store, new char[0]);
        var trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(store);
        var context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return context.getSocketFactory();
    }

    private Certificate certificate(String name) throws Exception {
        return CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(Files.readAllBytes(Path.of(bench.in(name)))));
    }

    // ---- the table

    private String table() {
        var text = new StringBuilder(
                """
                # Connections that do nothing, %s

                By `benchmarks/run idle`. Resident memory of the proxy in MB: a little warm, with all connections, after them; then KB for
                each connection. An idle one has asked for 1 KB and keeps its connection. One that does not read has asked for 4 MB, with a
                socket buffer of 16 KB and, in HTTP/2, windows of 256 MB. Both proxies have the same configuration; ours has a heap of at
                most 192 MB, whose unused part it keeps for a while.

                | | connections | ours, MB | each, KB | Envoy, MB | each, KB |
                |---|---|---|---|---|---|
                """
                        .formatted(LocalDate.now()));
        rows.forEach((name, of) -> text.append("| ").append(name).append(" | ").append(of.get("serin").connections())
                .append(" | ").append(of.get("serin").cells()).append(" | ").append(of.get("envoy").cells()).append(" |\n"));
        return text.toString();
    }

    private String last() {
        var values = new ArrayList<String>();
        for (var name : rows.keySet()) {
            var key = name.replaceAll("[^A-Za-z0-9]+", "_").toLowerCase(Locale.ROOT);
            values.add(String.format(Locale.ROOT, "%s_kb=%.1f", key, rows.get(name).get("serin").each()));
        }
        return String.join(" ", values) + (quick ? " quick=1" : "");
    }
}
