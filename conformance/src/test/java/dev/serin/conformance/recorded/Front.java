package dev.serin.conformance.recorded;

import org.jspecify.annotations.Nullable;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.StringNode;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import javax.net.SocketFactory;

/// Where the commands find the API: plain HTTP, as where they were recorded. It notes what is asked
/// and answered, and can do worse than the API behind it, as the recorded servers did (variants).
/// Any thread.
final class Front implements AutoCloseable {
    private static final byte[] MISSING =
            "HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\nContent-Length: 19\r\nConnection: close\r\n\r\n404 page not found\n"
                    .getBytes(StandardCharsets.ISO_8859_1);

    private final ServerSocket door;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private volatile @Nullable Side side;

    /// What stands behind it during one play.
    ///
    /// @param user who is to be seen as asking; empty for the admin
    /// @param variant what the server shall lack
    record Side(
            SocketFactory sockets,
            int port,
            String token,
            String user,
            String variant,
            Told told) {}

    /// Told of what passes.
    interface Told {
        /// Before a request is passed on.
        Passing asked(String method, String path, @Nullable JsonNode body);
    }

    /// One request on its way.
    interface Passing {
        /// The head of the answer has come.
        void began();

        void ended(Exchange exchange);
    }

    Front() throws IOException {
        this.door = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    String url() {
        return "http://127.0.0.1:" + door.getLocalPort();
    }

    void stand(@Nullable Side behind) {
        side = behind;
        if (behind == null) {
            open.forEach(Front::close);
            open.clear();
        }
    }

    @Override
    public void close() {
        try {
            door.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        stand(null);
    }

    private void accept() {
        while (!door.isClosed()) {
            try {
                var near = door.accept();
                open.add(near);
                Thread.ofVirtual().start(() -> serve(near));
            } catch (IOException _) {
                // Closed, which the loop sees.
            }
        }
    }

    private void serve(Socket near) {
        var behind = side;
        try (near) {
            var head = Head.read(near.getInputStream());
            if (head == null || behind == null) {
                return;
            }
            var body = head.body(near.getInputStream());
            var refused = Variant.refusal(behind.variant(), head);
            if (refused != null) {
                var path = head.path();
                behind.told()
                        .asked(head.method(), path, null)
                        .ended(
                                exchange(
                                        head,
                                        body,
                                        Integer.parseInt(
                                                refused.isEmpty()
                                                        ? "404"
                                                        : refused.substring(0, 3)),
                                        "text/plain; charset=utf-8",
                                        new byte[0]));
                near.getOutputStream().write(refused.isEmpty() ? MISSING : answer(refused));
                return;
            }
            pass(near, head, body, behind);
        } catch (IOException | IndexOutOfBoundsException _) {
            // One side has gone.
        } finally {
            open.remove(near);
        }
    }

    private static byte[] answer(String status) {
        return ("HTTP/1.1 "
                        + status
                        + "\r\n"
                        + "Content-Type: text/plain; charset=utf-8\r\n"
                        + "Content-Length: 19\r\n"
                        + "Connection: close\r\n\r\n"
                        + "404 page not found\n")
                .getBytes(StandardCharsets.ISO_8859_1);
    }

    private void pass(Socket near, Head asked, byte[] body, Side behind) throws IOException {
        var passing = behind.told().asked(asked.method(), asked.path(), document(body));
        var more = new ArrayList<>(List.of("Authorization: Bearer " + behind.token()));
        if (!behind.user().isEmpty()) {
            more.add("Impersonate-User: " + behind.user());
        }
        var without = new ArrayList<>(List.of("Authorization", "Accept-Encoding"));
        if (!asked.upgrades()) {
            more.add("Connection: close");
            without.addAll(List.of("Connection", "Upgrade", "Transfer-Encoding", "Content-Length"));
            if (body.length > 0) {
                more.add("Content-Length: " + body.length);
            }
        }
        try (var far =
                behind.sockets().createSocket(InetAddress.getLoopbackAddress(), behind.port())) {
            far.setTcpNoDelay(true);
            open.add(far);
            far.getOutputStream()
                    .write(Variant.seen(behind.variant(), asked).with(without, more).octets());
            far.getOutputStream().write(body);
            var in = far.getInputStream();
            var head = Head.read(in);
            if (head == null) {
                passing.ended(exchange(asked, body, 0, "", new byte[0]));
                return;
            }
            if (head.status() == 101) {
                near.getOutputStream().write(head.octets());
                passing.began();
                passing.ended(exchange(asked, body, 101, "", new byte[0]));
                Thread.ofVirtual().start(() -> copy(near, far));
                copy(far, near);
                return;
            }
            near.getOutputStream()
                    .write(head.with(List.of("Connection"), List.of("Connection: close")).octets());
            near.getOutputStream().flush();
            passing.began();
            var kept = new ByteArrayOutputStream();
            try {
                tee(in, near.getOutputStream(), kept);
            } finally {
                open.remove(far);
                passing.ended(
                        exchange(
                                asked,
                                body,
                                head.status(),
                                head.field("Content-Type"),
                                plain(head, kept.toByteArray())));
            }
        }
    }

    private static byte[] plain(Head head, byte[] body) {
        try {
            return head.field("Transfer-Encoding").isEmpty()
                    ? body
                    : Head.chunks(new ByteArrayInputStream(body));
        } catch (IOException | NumberFormatException _) {
            return body;
        }
    }

    private static void tee(InputStream in, OutputStream out, OutputStream kept)
            throws IOException {
        var buffer = new byte[16 * 1024];
        for (var n = in.read(buffer); n >= 0; n = in.read(buffer)) {
            kept.write(buffer, 0, n);
            out.write(buffer, 0, n);
            out.flush();
        }
    }

    private static void copy(Socket from, Socket to) {
        try (from;
                to) {
            from.getInputStream().transferTo(to.getOutputStream());
        } catch (IOException _) {
            // One side has gone.
        }
    }

    private static Exchange exchange(
            Head asked, byte[] body, int status, String type, byte[] answer) {
        Map<String, String> headers = new LinkedHashMap<>(asked.named());
        var text = new String(answer, StandardCharsets.UTF_8);
        var stream = new ArrayList<JsonNode>();
        JsonNode response = null;
        var watch = asked.path().contains("watch=1") || asked.path().contains("watch=true");
        if (watch && status == 200) {
            for (var line : text.lines().toList()) {
                var event = document(line.getBytes(StandardCharsets.UTF_8));
                if (event != null && event.isObject()) {
                    stream.add(event);
                }
            }
        } else if (answer.length > 0) {
            response = document(answer);
        }
        return new Exchange(
                asked.method(),
                asked.path(),
                headers,
                document(body),
                status,
                type,
                response,
                stream);
    }

    private static @Nullable JsonNode document(byte[] octets) {
        if (octets.length == 0) {
            return null;
        }
        var text = new String(octets, StandardCharsets.UTF_8);
        try {
            if (text.startsWith("{") || text.startsWith("[")) {
                return JsonMapper.shared().readTree(text);
            }
        } catch (JacksonException _) {
            // Cut off, or none.
        }
        return StringNode.valueOf(text);
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException _) {
            // It is gone either way.
        }
    }
}
