package dev.serin.local.api.table;

import dev.serin.config.Resource;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Locale;

/// What the event table says of an event.
final class EventCells {
    private EventCells() {}

    static String last(Resource event, Instant now) {
        return age(event, now, "lastTimestamp", "eventTime");
    }

    static String first(Resource event, Instant now) {
        return age(event, now, "firstTimestamp", "eventTime");
    }

    static String object(Resource event) {
        var object = event.body().path("involvedObject");
        return object.path("kind").asString("").toLowerCase(Locale.ROOT)
                + "/"
                + object.path("name").asString("");
    }

    static String source(Resource event) {
        var source = event.body().path("source");
        var component =
                source.path("component")
                        .asString(event.body().path("reportingComponent").asString(""));
        var host =
                source.path("host").asString(event.body().path("reportingInstance").asString(""));
        return host.isEmpty() ? component : component + ", " + host;
    }

    private static String age(Resource event, Instant now, String... fields) {
        for (var field : fields) {
            var text = event.body().path(field).asString("");
            if (!text.isEmpty()) {
                try {
                    return Ages.since(Instant.parse(text), now);
                } catch (DateTimeParseException e) {
                    return "<unknown>";
                }
            }
        }
        return Ages.since(event.created(), now);
    }
}
