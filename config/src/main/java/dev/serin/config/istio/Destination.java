package dev.serin.config.istio;

import dev.serin.config.codec.Cursor;

/// Where a request may go.
///
/// @param host as written: a short name is completed with the namespace of the VirtualService
/// @param subset empty: the whole service
/// @param port 0: the service's only port
public record Destination(String host, String subset, int port) {
    static Destination from(Cursor destination) {
        return new Destination(
                destination.string("host"),
                destination.string("subset"),
                destination.at("port").integer("number", 0));
    }
}
