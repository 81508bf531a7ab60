package dev.serin.local.node.probe;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;

/// One probe of a container, as its manifest says, with Kubernetes' own defaults and words.
public record Probe(JsonNode spec, HttpGet.Target target) {
    private static final String AGENT = "kube-probe/1.34";

    /// @return null if the container has no such probe
    public static @Nullable Probe of(JsonNode container, String name, String podIP) {
        var spec = container.path(name);
        return spec.isObject() ? new Probe(spec, new HttpGet.Target(container, podIP)) : null;
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

    /// How long a container that fails it may take to end.
    ///
    /// @param ofPod what the pod says, where the probe says nothing
    public Duration grace(Duration ofPod) {
        var own = spec.path("terminationGracePeriodSeconds");
        return own.isNumber() ? Duration.ofSeconds(own.asLong(0)) : ofPod;
    }

    /// Runs it; blocks up to the timeout.
    ///
    /// @return null if it succeeded, else why not
    public @Nullable String run(Exec exec) {
        if (spec.has("httpGet")) {
            return http();
        }
        if (spec.has("tcpSocket")) {
            return tcp(spec.path("tcpSocket"));
        }
        if (spec.has("exec")) {
            return exec.run(spec.path("exec").path("command"), timeout());
        }
        if (spec.has("grpc")) {
            var grpc = spec.path("grpc");
            var port = target.port(grpc.path("port"));
            var service = grpc.path("service").asString("");
            return new GrpcHealth(target.podIP(), port, service, timeout()).ask();
        }
        return "missing probe handler";
    }

    /// Runs a command in the container; answers null when it ended with 0, else what it printed.
    public interface Exec {
        @Nullable String run(JsonNode command, Duration timeout);
    }

    private @Nullable String http() {
        try {
            var status = new HttpGet(spec.path("httpGet"), target, timeout(), AGENT).status();
            return status >= 200 && status < 400
                    ? null
                    : "HTTP probe failed with statuscode: " + status;
        } catch (IOException e) {
            return e.getMessage();
        }
    }

    private @Nullable String tcp(JsonNode tcp) {
        var host = target.host(tcp);
        var port = target.port(tcp.path("port"));
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(host, port), (int) timeout().toMillis());
            return null;
        } catch (ConnectException _) {
            return HttpGet.refused(host, port);
        } catch (SocketTimeoutException _) {
            return "dial tcp " + host + ":" + port + ": i/o timeout";
        } catch (IOException e) {
            return "dial tcp " + host + ":" + port + ": " + e.getMessage();
        }
    }
}
