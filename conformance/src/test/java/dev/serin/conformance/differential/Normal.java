package dev.serin.conformance.differential;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// Takes out of facts what is another in every run: ports, dates, generated ids, times.
final class Normal {
    private static final Pattern UUID =
            Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
    private static final Pattern PORT = Pattern.compile("127\\.0\\.0\\.1:[0-9]{4,5}");
    private static final Pattern DATE =
            Pattern.compile("[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9:]{8} GMT");

    private final Map<Pattern, String> rules = new LinkedHashMap<>();

    /// @param ports names of known ports
    /// @param more the scenario's own: a regular expression and what stands for it
    Normal(Map<Integer, String> ports, List<Map.Entry<String, String>> more) {
        more.forEach(e -> rules.put(Pattern.compile(e.getKey()), e.getValue()));
        ports.forEach((port, name) -> {
            rules.put(Pattern.compile("127\\.0\\.0\\.1:" + port + "\\b"), "127.0.0.1:" + name);
            rules.put(Pattern.compile("(?<![0-9])" + port + "(?![0-9])"), "<port of " + name + ">");
        });
        own().forEach(address -> rules.put(Pattern.compile(Pattern.quote(address)), "127.0.0.1"));
        rules.put(PORT, "127.0.0.1:<port>");
        rules.put(UUID, "<uuid>");
        rules.put(DATE, "<date>");
    }

    /// This machine's addresses: for a client on loopback Envoy says one of them.
    private static List<String> own() {
        try {
            return NetworkInterface.networkInterfaces()
                    .flatMap(NetworkInterface::inetAddresses)
                    .filter(a -> a instanceof Inet4Address && !a.isLoopbackAddress())
                    .map(InetAddress::getHostAddress)
                    .toList();
        } catch (SocketException e) {
            throw new IllegalStateException(e);
        }
    }

    Map<String, String> of(Map<String, String> facts) {
        var normal = new TreeMap<String, String>();
        facts.forEach((fact, value) -> normal.put(text(fact), value(fact, value)));
        return normal;
    }

    private String value(String fact, String value) {
        var lower = fact.toLowerCase(Locale.ROOT);
        if (lower.endsWith("header x-envoy-upstream-service-time")) {
            return "<ms>";
        }
        if (fact.endsWith("header x-envoy-expected-rq-timeout-ms") && value.length() < 8) {
            // what is left of it at a retry
            var step = value.length() > 4 ? 1000 : 100;
            return Long.toString((Long.parseLong(value) + step - 1) / step * step);
        }
        return text(value);
    }

    private String text(String value) {
        var text = value;
        for (var rule : rules.entrySet()) {
            text = rule.getKey().matcher(text).replaceAll(rule.getValue());
        }
        return text;
    }
}
