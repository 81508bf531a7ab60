package dev.serin.conformance.differential.client;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The clients of one pass through one proxy, with the connections that are used again.
public final class Clients implements AutoCloseable {
    private final Map<String, Integer> ports;
    private final Map<String, Http1Client> kept = new HashMap<>();

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
            if (!ask.connection().isEmpty()) {
                return http1(ask, port).ask(ask);
            }
            return switch (ask.protocol()) {
                case "tcp" -> TcpClient.ask(ask, port);
                case "http1" -> {
                    try (var client = new Http1Client(port)) {
                        yield client.ask(ask);
                    }
                }
                default -> throw new IllegalArgumentException("unknown protocol " + ask.protocol());
            };
        } catch (IOException e) {
            return List.of(Outcome.ended("no connection"));
        }
    }

    private Http1Client http1(Ask ask, int port) throws IOException {
        var client = kept.get(ask.connection());
        if (client == null) {
            client = new Http1Client(port);
            kept.put(ask.connection(), client);
        }
        return client;
    }

    @Override
    public void close() {
        kept.values().forEach(Http1Client::close);
    }
}
