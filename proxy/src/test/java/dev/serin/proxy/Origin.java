package dev.serin.proxy;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/// A server for tests that does what its script says, octet by octet.
final class Origin implements AutoCloseable {
    /// What it does with one connection.
    interface Script {
        void run(Wire wire) throws IOException;
    }

    final AtomicInteger accepted = new AtomicInteger();
    private final ServerSocket server;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    Origin(Script script) {
        try {
            server = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        Thread.ofVirtual().start(() -> accept(script));
    }

    /// Answers every request with this body.
    static Origin answering(String body) {
        return new Origin(wire -> {
            while (wire.request() != null) {
                wire.write(
                        "HTTP/1.1 200 OK\r\ncontent-length: " + body.length() + "\r\n\r\n" + body);
            }
        });
    }

    /// Has a port and does not listen. Were it free, another process could get it meanwhile.
    private static final Socket DEAF = deaf();

    /// A port that nobody listens on, for as long as this process lives.
    static int refusing() {
        return DEAF.getLocalPort();
    }

    /// A port that is free now, for a listener of which others must know beforehand.
    static int free() {
        try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return server.getLocalPort();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Socket deaf() {
        try {
            var socket = new Socket();
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            return socket;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    int port() {
        return server.getLocalPort();
    }

    private void accept(Script script) {
        while (true) {
            try {
                var socket = server.accept();
                accepted.incrementAndGet();
                open.add(socket);
                Thread.ofVirtual()
                        .start(() -> {
                            try (socket) {
                                script.run(new Wire(socket));
                            } catch (IOException e) {
                                // the other side went away: for the test to notice
                            } finally {
                                open.remove(socket);
                            }
                        });
            } catch (IOException e) {
                return;
            }
        }
    }

    /// Ends the connections that it has now.
    void hangUp() {
        try {
            for (var socket : open) {
                socket.close();
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        try {
            server.close();
            hangUp();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /// One end of a connection, for octets and for HTTP/1.1.
    static final class Wire implements AutoCloseable {
        final Socket socket;
        final InputStream in;
        final OutputStream out;

        Wire(Socket socket) throws IOException {
            this.socket = socket;
            this.in = new BufferedInputStream(socket.getInputStream(), 64 * 1024);
            this.out = socket.getOutputStream();
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(10_000);
        }

        static Wire to(int port) {
            try {
                return new Wire(new Socket(InetAddress.getLoopbackAddress(), port));
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }

        static Wire to(InetSocketAddress address) {
            try {
                return new Wire(new Socket(address.getAddress(), address.getPort()));
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }

        void write(String text) throws IOException {
            out.write(text.getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
        }

        /// The next head up to its empty line; null at the end.
        String head() throws IOException {
            var head = new ByteArrayOutputStream();
            while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
                var octet = in.read();
                if (octet < 0) {
                    return null;
                }
                head.write(octet);
            }
            return head.toString(StandardCharsets.ISO_8859_1);
        }

        /// Reads one message with its body; null at the end. A body that ends short is an
        /// IOException: its message never came.
        Message message() throws IOException {
            var head = head();
            if (head == null) {
                return null;
            }
            var body = "";
            var lower = head.toLowerCase(java.util.Locale.ROOT);
            if (lower.contains("transfer-encoding: chunked")) {
                body = chunks();
            } else if (lower.contains("content-length: ")) {
                var length = lower.replaceAll("(?s).*content-length: (\\d+).*", "$1");
                body = whole(Integer.parseInt(length));
            }
            return new Message(head, body);
        }

        /// The same, said of a request.
        Message request() throws IOException {
            return message();
        }

        private String whole(int size) throws IOException {
            var octets = in.readNBytes(size);
            if (octets.length < size) {
                throw new IOException("a body of " + size + " octets ended after " + octets.length);
            }
            return new String(octets, StandardCharsets.ISO_8859_1);
        }

        private String chunks() throws IOException {
            var body = new StringBuilder();
            while (true) {
                var size = Integer.parseInt(line(), 16);
                body.append(whole(size));
                if (size == 0) {
                    while (!line().isEmpty()) {
                        body.append("|trailer");
                    }
                    return body.toString();
                }
                line();
            }
        }

        String line() throws IOException {
            var line = new StringBuilder();
            for (var octet = in.read(); octet != '\n'; octet = in.read()) {
                if (octet < 0) {
                    throw new IOException("ended in a line");
                }
                if (octet != '\r') {
                    line.append((char) octet);
                }
            }
            return line.toString();
        }

        /// Sends a GET and reads the answer.
        Message get(String path, String... headers) {
            try {
                var head = new StringBuilder("GET " + path + " HTTP/1.1\r\nhost: test\r\n");
                for (var header : headers) {
                    head.append(header).append("\r\n");
                }
                write(head + "\r\n");
                return message();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void close() {
            try {
                socket.close();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /// A head and its body.
    record Message(String head, String body) {
        int status() {
            return Integer.parseInt(head.substring(9, 12));
        }

        /// The value of a header, or null.
        String header(String name) {
            for (var line : head.split("\r\n")) {
                if (line.startsWith(name + ": ")) {
                    return line.substring(name.length() + 2);
                }
            }
            return null;
        }
    }
}
