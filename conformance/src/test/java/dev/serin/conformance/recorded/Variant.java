package dev.serin.conformance.recorded;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// The recorded servers that lacked something, by their words in the records.
final class Variant {
    private Variant() {}

    /// The status line of what such a server refuses; empty for a 404 of a path that it has not;
    /// null where it does as others do.
    static @Nullable String refusal(String variant, Head asked) {
        var path = asked.path();
        var upgrade = asked.field("Upgrade");
        return switch (variant) {
            case "server without /openapi/v3" -> path.startsWith("/openapi/v3") ? "" : null;
            case "server without /openapi/v2 and /openapi/v3" ->
                    path.startsWith("/openapi/") ? "" : null;
            case "server that answers 400 to WebSocket upgrades" ->
                    upgrade.equalsIgnoreCase("websocket") ? "400 Bad Request" : null;
            case "server that answers 400 to every upgrade" ->
                    asked.upgrades() ? "400 Bad Request" : null;
            case "server that answers 503 to WebSocket watches" ->
                    upgrade.equalsIgnoreCase("websocket") && path.contains("watch=")
                            ? "503 Service Unavailable"
                            : null;
            default -> null;
        };
    }

    /// A request as such a server understands it.
    static Head seen(String variant, Head asked) {
        if (variant.contains("415 to protobuf")
                && asked.field("Content-Type").contains("protobuf")) {
            return asked.with(List.of("Content-Type"), List.of("Content-Type: application/none"));
        }
        var plain =
                switch (variant) {
                    case "server without aggregated discovery" ->
                            asked.field("Accept").contains("apidiscovery");
                    case "server that ignores as=Table" ->
                            asked.field("Accept").contains("as=Table");
                    case "server that answers 415 to protobuf and prefers JSON" ->
                            asked.field("Accept").contains("protobuf");
                    default -> false;
                };
        return plain ? asked.with(List.of("Accept"), List.of("Accept: application/json")) : asked;
    }
}
