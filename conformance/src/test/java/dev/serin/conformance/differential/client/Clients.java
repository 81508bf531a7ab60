package dev.serin.conformance.differential.client;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import javax.net.ssl.SSLException;

/// The clients of one pass through one proxy, with the connections that are used again.
public final class Clients implements AutoCloseable {
    private final Map<String, Integer> ports;
    private final Map<String, Client> kept = new HashMap<>();

    /// @param ports of the proxy's listeners
    public Clients(Map<String, Integer> ports) {
        this.ports = ports;
    }

    /// Asks once. May be called from several threads for requests with a connection of their own.
    public List<Outcome> ask(Ask ask) {
        var port = ports.get(ask.listener());
        if (port == null) {
            return List.of(Outcome.ended("no listener " + ask.listener()));
        }
        try {
            if (ask.protocol().equals("frames")) {
                return FramesClient.ask(ask, port);
            }
            if (!ask.connection().isEmpty()) {
                return kept(ask, port).ask(ask);
            }
            try (var client = client(ask, port)) {
                return client.ask(ask);
            }
        } catch (SSLException e) {
            return List.of(Outcome.ended("TLS: " + e.getMessage()));
        } catch (IOException e) {
            return List.of(Outcome.ended("no connection"));
        }
    }

    private static Client client(Ask ask, int port) throws IOException {
        return switch (ask.protocol()) {
            case "http1" -> new Http1Client(ask, port);
            case "http2" -> new Http2Client(ask, port);
            case "tcp" -> new TcpClient(ask, port);
            default -> throw new IllegalArgumentException("unknown protocol " + ask.protocol());
        };
    }

    private Client kept(Ask ask, int port) throws IOException {
        var client = kept.get(ask.connection());
        if (client == null) {
            client = client(ask, port);
            kept.put(ask.connection(), client);
        }
        return client;
    }

    @Override
    public void close() {
        kept.values().forEach(Client::close);
    }
}
