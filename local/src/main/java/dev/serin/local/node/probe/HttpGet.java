package dev.serin.local.node.probe;

import tools.jackson.databind.JsonNode;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Locale;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/// The `httpGet` of a probe or a lifecycle hook. Any certificate will do, as for the kubelet: it
/// asks whether the other answers, not who it is.
///
/// @param spec the `httpGet` itself
/// @param target whom it is for
/// @param agent as whom it introduces itself
public record HttpGet(JsonNode spec, Target target, Duration timeout, String agent) {
    /// Whom a probe or hook is for.
    ///
    /// @param container its manifest, for the names of its ports
    public record Target(JsonNode container, String podIP) {
        /// The number of a port that is a number, or the name of one of the container's.
        int port(JsonNode port) {
            if (port.isNumber()) {
                return port.asInt();
            }
            var name = port.asString("");
            for (var named : container.path("ports")) {
                if (named.path("name").asString("").equals(name)) {
                    return named.path("containerPort").asInt(0);
                }
            }
            try {
                return Integer.parseInt(name);
            } catch (NumberFormatException _) {
                return 0;
            }
        }

        String host(JsonNode spec) {
            var host = spec.path("host").asString("");
            return host.isEmpty() ? podIP : host;
        }
    }

    /// Asks; blocks up to the timeout for each answer.
    ///
    /// @return the answer's status code
    /// @throws IOException with the words of Go's HTTP client if there is no answer
    public int status() throws IOException {
        var host = target.host(spec);
        var port = target.port(spec.path("port"));
        var given = spec.path("path").asString("/");
        var path = given.startsWith("/") ? given : "/" + given;
        var https = spec.path("scheme").asString("HTTP").equalsIgnoreCase("HTTPS");
        var url = (https ? "https" : "http") + "://" + host + ":" + port + path;
        try (var socket = connect(host, port, https)) {
            socket.getOutputStream().write(request(path, host + ":" + port));
            var line =
                    new BufferedReader(
                                    new InputStreamReader(
                                            socket.getInputStream(), StandardCharsets.ISO_8859_1))
                            .readLine();
            var words = line == null ? new String[0] : line.split(" ");
            if (words.length < 2 || !words[1].matches("\\d{3}")) {
                throw new IOException(line == null ? "EOF" : "malformed HTTP response");
            }
            return Integer.parseInt(words[1]);
        } catch (SocketTimeoutException e) {
            throw new IOException(
                    "Get \""
                            + url
                            + "\": context deadline exceeded (Client.Timeout exceeded while"
                            + " awaiting headers)",
                    e);
        } catch (ConnectException e) {
            throw new IOException("Get \"" + url + "\": " + refused(host, port), e);
        } catch (IOException | GeneralSecurityException e) {
            throw new IOException("Get \"" + url + "\": " + e.getMessage(), e);
        }
    }

    /// As Go says it.
    static String refused(String host, int port) {
        return "dial tcp " + host + ":" + port + ": connect: connection refused";
    }

    private byte[] request(String path, String host) {
        var headers = new StringBuilder();
        var lower = new StringBuilder("\n");
        for (var header : spec.path("httpHeaders")) {
            var name = header.path("name").asString("");
            lower.append(name.toLowerCase(Locale.ROOT)).append('\n');
            headers.append(name).append(": ").append(header.path("value").asString(""));
            headers.append("\r\n");
        }
        if (lower.indexOf("\nhost\n") < 0) {
            headers.append("Host: ").append(host).append("\r\n");
        }
        if (lower.indexOf("\nuser-agent\n") < 0) {
            headers.append("User-Agent: ").append(agent).append("\r\n");
        }
        if (lower.indexOf("\naccept\n") < 0) {
            headers.append("Accept: */*\r\n");
        }
        return ("GET " + path + " HTTP/1.1\r\n" + headers + "Connection: close\r\n\r\n")
                .getBytes(StandardCharsets.UTF_8);
    }

    private Socket connect(String host, int port, boolean tls)
            throws IOException, GeneralSecurityException {
        var plain = new Socket();
        try {
            plain.connect(new InetSocketAddress(host, port), (int) timeout.toMillis());
            plain.setSoTimeout((int) timeout.toMillis());
            if (!tls) {
                return plain;
            }
            var context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {new Anyone()}, null);
            var secure =
                    (SSLSocket) context.getSocketFactory().createSocket(plain, host, port, true);
            secure.startHandshake();
            return secure;
        } catch (IOException | GeneralSecurityException e) {
            plain.close();
            throw e;
        }
    }

    private static final class Anyone implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
