package dev.serin.config.istio;

import dev.serin.config.codec.Cursor;

/// One arm of a split.
///
/// @param weight its share, relative to the sum of its siblings; 0 where nothing is written, which
///   means nothing goes there, but all of it when it is the only arm
/// @param headers empty in TLS and TCP routes
public record RouteDestination(Destination destination, int weight, HeaderOperations headers) {
    static RouteDestination from(Cursor route) {
        return new RouteDestination(
                Destination.from(route.at("destination")),
                route.integer("weight", 0),
                HeaderOperations.from(route.at("headers")));
    }
}
