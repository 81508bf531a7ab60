package dev.serin.proxy.host;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.protobuf.util.JsonFormat;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What the node and the process with all proxies say to each other: one JSON object a line, UTF-8,
/// orders one way, events the other. Ids are the node's, for instance `default/web-1`.
///
/// ```
/// {"order":"start","id":…,"netns":"/run/netns/…","args":[…],"env":{…},"files":{…},"log":"/…"}
/// {"order":"stop","id":…,"graceMillis":5000}
/// {"event":"started","id":…}                     after start, once per proxy
/// {"event":"ready","id":…}                       at most once
/// {"event":"ended","id":…,"code":0,"reason":""}  the last of an id; it may be started again then
/// ```
///
/// When the orders end (EOF), every proxy is stopped and the process ends.
public final class ProxyHostProtocol {
    private ProxyHostProtocol() {}

    /// From the node.
    public sealed interface Order {
        String id();
    }

    /// Starts a proxy.
    ///
    /// @param networkNamespace path of the pod's; empty for the process's own
    /// @param args of the container
    /// @param files where the paths that the container sees are on this machine
    /// @param log file that the proxy's output is appended to
    public record Start(
            String id,
            String networkNamespace,
            List<String> args,
            Map<String, String> environment,
            Map<String, String> files,
            String log)
            implements Order {}

    /// Drains a proxy and ends it within the grace.
    public record Stop(String id, long graceMillis) implements Order {}

    /// To the node.
    public sealed interface Event {
        String id();
    }

    /// The proxy runs; it is not ready yet.
    public record Started(String id) implements Event {}

    /// The proxy has its configuration and its listeners are bound.
    public record Ready(String id) implements Event {}

    /// The proxy is gone.
    ///
    /// @param code 0 when it was told to end
    /// @param reason for people; empty when it was told to end
    public record Ended(String id, int code, String reason) implements Event {}

    /// One line, without its end.
    public static String encode(Order order) {
        var line = Struct.newBuilder();
        switch (order) {
            case Start start -> {
                line.putFields("order", text("start"));
                line.putFields("netns", text(start.networkNamespace));
                var args = ListValue.newBuilder();
                start.args.forEach(a -> args.addValues(text(a)));
                line.putFields("args", Value.newBuilder().setListValue(args).build());
                line.putFields("env", map(start.environment));
                line.putFields("files", map(start.files));
                line.putFields("log", text(start.log));
            }
            case Stop stop -> {
                line.putFields("order", text("stop"));
                line.putFields("graceMillis", number((double) stop.graceMillis));
            }
        }
        return print(line.putFields("id", text(order.id())));
    }

    /// One line, without its end.
    public static String encode(Event event) {
        var line = Struct.newBuilder();
        switch (event) {
            case Started _ -> line.putFields("event", text("started"));
            case Ready _ -> line.putFields("event", text("ready"));
            case Ended ended -> {
                line.putFields("event", text("ended"));
                line.putFields("code", number(ended.code));
                line.putFields("reason", text(ended.reason));
            }
        }
        return print(line.putFields("id", text(event.id())));
    }

    /// @throws ProblemException if the line is no order
    public static Order order(String line) {
        var read = read(line);
        var id = string(read, "id");
        return switch (string(read, "order")) {
            case "start" ->
                    new Start(
                            id,
                            string(read, "netns"),
                            read
                                    .getFieldsOrDefault("args", NONE)
                                    .getListValue()
                                    .getValuesList()
                                    .stream()
                                    .map(Value::getStringValue)
                                    .toList(),
                            strings(read, "env"),
                            strings(read, "files"),
                            string(read, "log"));
            case "stop" ->
                    new Stop(
                            id,
                            (long) read.getFieldsOrDefault("graceMillis", NONE).getNumberValue());
            default -> throw malformed(line, "an order: start or stop");
        };
    }

    /// @throws ProblemException if the line is no event
    public static Event event(String line) {
        var read = read(line);
        var id = string(read, "id");
        return switch (string(read, "event")) {
            case "started" -> new Started(id);
            case "ready" -> new Ready(id);
            case "ended" ->
                    new Ended(
                            id,
                            (int) read.getFieldsOrDefault("code", NONE).getNumberValue(),
                            string(read, "reason"));
            default -> throw malformed(line, "an event: started, ready or ended");
        };
    }

    private static final Value NONE = Value.getDefaultInstance();

    private static Struct read(String line) {
        try {
            var read = Struct.newBuilder();
            JsonFormat.parser().merge(line, read);
            return read.build();
        } catch (InvalidProtocolBufferException e) {
            throw malformed(line, "one JSON object");
        }
    }

    private static String print(Struct.Builder line) {
        try {
            return JsonFormat.printer().omittingInsignificantWhitespace().print(line);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(e);
        }
    }

    private static ProblemException malformed(String line, String expected) {
        return new ProblemException(
                new Problem("proxy host's line", "'" + line + "'", expected, null));
    }

    private static String string(Struct read, String field) {
        return read.getFieldsOrDefault(field, NONE).getStringValue();
    }

    private static Map<String, String> strings(Struct read, String field) {
        var strings = new TreeMap<String, String>();
        read.getFieldsOrDefault(field, NONE)
                .getStructValue()
                .getFieldsMap()
                .forEach((key, value) -> strings.put(key, value.getStringValue()));
        return strings;
    }

    private static Value map(Map<String, String> strings) {
        var struct = Struct.newBuilder();
        strings.forEach((key, value) -> struct.putFields(key, text(value)));
        return Value.newBuilder().setStructValue(struct).build();
    }

    private static Value text(String text) {
        return Value.newBuilder().setStringValue(text).build();
    }

    private static Value number(double number) {
        return Value.newBuilder().setNumberValue(number).build();
    }
}
