package dev.serin.local.node;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/// One probe of a container, as its manifest says, with Kubernetes' own defaults.
record Probe(JsonNode spec, JsonNode container) {
    /// @return null if the container has no such probe
    static @Nullable Probe of(JsonNode container, String name) {
        var spec = container.path(name);
        return spec.isObject() ? new Probe(spec, container) : null;
    }

    Duration delay() {
        return Duration.ofSeconds(spec.path("initialDelaySeconds").asLong(0));
    }

    Duration period() {
        return Duration.ofSeconds(Math.max(1, spec.path("periodSeconds").asLong(10)));
    }

    Duration timeout() {
        return Duration.ofSeconds(Math.max(1, spec.path("timeoutSeconds").asLong(1)));
    }

    int successes() {
        return Math.max(1, spec.path("successThreshold").asInt(1));
    }

    int failures() {
        return Math.max(1, spec.path("failureThreshold").asInt(3));
    }

    /// Runs it; blocks up to the timeout.
    ///
    /// @return null if it succeeded, else why not
    @Nullable String run(String podIP, Exec exec) {
        if (spec.has("httpGet")) {
            return http(spec.path("httpGet"), podIP);
        }
        if (spec.has("tcpSocket")) {
            return tcp(spec.path("tcpSocket"), podIP);
        }
        if (spec.has("exec")) {
            return exec.run(spec.path("exec").path("command"), timeout());
        }
        if (spec.has("grpc")) {
            // Whether it listens; its health service is asked once there is a gRPC client here.
            return tcp(spec.path("grpc"), podIP);
        }
        return "a probe of a kind that is not served here";
    }

    /// Runs a command in the container; answers null when it ended with 0.
    interface Exec {
        @Nullable String run(JsonNode command, Duration timeout);
    }

    private @Nullable String http(JsonNode get, String podIP) {
        var host = get.path("host").asString(podIP);
        var path = get.path("path").asString("/");
        var https = get.path("scheme").asString("HTTP").equalsIgnoreCase("HTTPS");
        try (var socket = connect(host, port(get.path("port")), https)) {
            var request = new StringBuilder("GET ").append(path.startsWith("/") ? "" : "/");
            request.append(path).append(" HTTP/1.1\r\n");
            var hasHost = false;
            for (var header : get.path("httpHeaders")) {
                hasHost |= header.path("name").asString("").equalsIgnoreCase("Host");
                request.append(header.path("name").asString(""))
                        .append(": ")
                        .append(header.path("value").asString(""))
                        .append("\r\n");
            }
            if (!hasHost) {
                request.append("Host: ").append(host).append("\r\n");
            }
            request.append("User-Agent: kube-probe/1.34\r\nConnection: close\r\n\r\n");
            socket.getOutputStream().write(request.toString().getBytes(StandardCharsets.UTF_8));
            var line =
                    new BufferedReader(
                                    new InputStreamReader(
                                            socket.getInputStream(), StandardCharsets.ISO_8859_1))
                            .readLine();
            if (line == null) {
                return "Get \"" + path + "\": EOF";
            }
            var words = line.split(" ");
            var code = words.length > 1 ? words[1] : "";
            return code.startsWith("2") || code.startsWith("3")
                    ? null
                    : "HTTP probe failed with statuscode: " + code;
        } catch (IOException | GeneralSecurityException e) {
            return "Get \"" + path + "\": " + e.getMessage();
        }
    }

    private @Nullable String tcp(JsonNode target, String podIP) {
        try (var _ =
                connect(target.path("host").asString(podIP), port(target.path("port")), false)) {
            return null;
        } catch (IOException | GeneralSecurityException e) {
            return "dial tcp: " + e.getMessage();
        }
    }

    private Socket connect(String host, int port, boolean tls)
            throws IOException, GeneralSecurityException {
        var plain = new Socket();
        try {
            plain.connect(new InetSocketAddress(host, port), (int) timeout().toMillis());
            plain.setSoTimeout((int) timeout().toMillis());
            if (!tls) {
                return plain;
            }
            // As the kubelet: a probe asks whether it answers, not who it is.
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

    private int port(JsonNode port) {
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
