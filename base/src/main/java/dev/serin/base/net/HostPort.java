package dev.serin.base.net;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;

/// A host (name or literal address, IPv6 without brackets) and a port from 0 to 65535, where 0 asks
/// for a free one.
public record HostPort(String host, int port) {
    public HostPort {
        if (port < 0 || port > 65535) {
            throw new ProblemException(
                    new Problem(
                            "port of " + host,
                            Integer.toString(port),
                            "a number from 0 to 65535",
                            null));
        }
    }

    /// Reads `host:port` or `[v6]:port`.
    public static HostPort parse(String text) {
        var colon = text.lastIndexOf(':');
        var host = colon < 0 ? text : text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        } else if (host.indexOf(':') >= 0) {
            throw malformed(text);
        }
        try {
            return new HostPort(host, Integer.parseInt(text.substring(colon + 1)));
        } catch (NumberFormatException e) {
            throw malformed(text);
        }
    }

    private static ProblemException malformed(String text) {
        return new ProblemException(
                new Problem(
                        "address",
                        "'" + text + "'",
                        "host:port, an IPv6 address in brackets",
                        "write for instance [::1]:8080"));
    }

    @Override
    public String toString() {
        return host.indexOf(':') >= 0 ? "[" + host + "]:" + port : host + ":" + port;
    }
}
