package dev.serin.controlplane.registry;

import java.util.Locale;
import java.util.Set;

/// What is spoken on a port, as far as routing cares.
public enum Protocol {
    HTTP,
    HTTP2,
    TCP,
    TLS,
    UDP,
    /// Nobody said: the proxy looks at the first bytes.
    DETECTED;

    /// Ports whose servers speak first, where waiting for bytes of the client would be for ever.
    private static final Set<Integer> SERVER_FIRST = Set.of(25, 53, 3306, 27017);

    /// By appProtocol, else by the port's name up to its first dash, else by number.
    public static Protocol of(String transport, String appProtocol, String name, int port) {
        if (transport.equals("UDP")) {
            return UDP;
        }
        var said = word(appProtocol.toLowerCase(Locale.ROOT));
        if (said == DETECTED) {
            var dash = name.indexOf('-');
            // Longer than the first word only for grpc-web.
            said =
                    name.startsWith("grpc-web")
                            ? HTTP
                            : word(
                                    (dash < 0 ? name : name.substring(0, dash))
                                            .toLowerCase(Locale.ROOT));
        }
        return said == DETECTED && SERVER_FIRST.contains(port) ? TCP : said;
    }

    private static Protocol word(String word) {
        return switch (word) {
            case "http", "http_proxy", "grpc-web", "kubernetes.io/ws", "ws" -> HTTP;
            case "http2", "grpc", "kubernetes.io/h2c", "h2c" -> HTTP2;
            case "tcp", "mongo", "redis", "mysql" -> TCP;
            case "https", "tls", "kubernetes.io/wss" -> TLS;
            case "udp" -> UDP;
            default -> DETECTED;
        };
    }

    public boolean isHttp() {
        return this == HTTP || this == HTTP2;
    }
}
