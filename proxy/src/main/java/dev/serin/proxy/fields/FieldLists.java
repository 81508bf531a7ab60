package dev.serin.proxy.fields;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/// The fields that this proxy reads, by the full name of their message: the text files beside this
/// class, one an area. Immutable.
///
/// A line at the margin names a message, an indented one a field of it:
///
/// ```
/// envoy.config.cluster.v3.Cluster
///   alt_stat_name -- a name for statistics only
///   connect_timeout
///   lb_policy = LEAST_REQUEST | ROUND_ROBIN
/// ```
///
/// `=` lists the only values that may be set; `--` says why a field is without effect here.
/// Messages and fields are sorted; `#` begins a comment. Messages of `google.protobuf` need no
/// list.
public final class FieldLists {
    static final List<String> FILES =
            List.of(
                    "bootstrap",
                    "cluster",
                    "core",
                    "endpoint",
                    "filters",
                    "listener",
                    "logs",
                    "manager",
                    "rbac",
                    "route",
                    "tls",
                    "tracing");

    private final Map<String, Map<String, Listed>> messages;

    private FieldLists(Map<String, Map<String, Listed>> messages) {
        this.messages = messages;
    }

    /// The lists that are part of the proxy; read once.
    public static FieldLists own() {
        return Own.LISTS;
    }

    private static final class Own {
        static final FieldLists LISTS = read();
    }

    private static FieldLists read() {
        var messages = new LinkedHashMap<String, Map<String, Listed>>();
        for (var file : FILES) {
            try (var in = FieldLists.class.getResourceAsStream(file + ".txt")) {
                var bytes = Objects.requireNonNull(in, file).readAllBytes();
                parse(file, new String(bytes, StandardCharsets.UTF_8), messages);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return new FieldLists(messages);
    }

    static void parse(String file, String text, Map<String, Map<String, Listed>> messages) {
        Map<String, Listed> fields = null;
        for (var line : text.lines().toList()) {
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            if (!line.startsWith(" ")) {
                fields = new LinkedHashMap<>();
                if (messages.put(line.strip(), fields) != null) {
                    throw new IllegalStateException(file + ": " + line + " is listed twice");
                }
            } else if (fields == null || fields.put(name(line), listed(line)) != null) {
                throw new IllegalStateException(file + ": cannot take the line '" + line + "'");
            }
        }
    }

    private static String name(String line) {
        return line.strip().split("[ =]", 2)[0];
    }

    private static Listed listed(String line) {
        var parts = line.split(" -- ", 2);
        var why = parts.length > 1 ? parts[1].strip() : "";
        var equals = parts[0].indexOf('=');
        if (equals < 0) {
            return why.isEmpty() ? Listed.READ : new Listed(Set.of(), why);
        }
        var values = new LinkedHashSet<String>();
        for (var value : parts[0].substring(equals + 1).split("\\|", -1)) {
            values.add(value.strip());
        }
        return new Listed(values, why);
    }

    /// Whether there is a list for this message.
    public boolean knows(String message) {
        return messages.containsKey(message);
    }

    @Nullable Listed field(String message, String field) {
        return messages.getOrDefault(message, Map.of()).get(field);
    }

    /// The messages with their fields, as listed.
    Map<String, Map<String, Listed>> messages() {
        return messages;
    }
}
