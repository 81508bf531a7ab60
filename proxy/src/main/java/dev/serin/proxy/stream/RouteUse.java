package dev.serin.proxy.stream;

import com.google.protobuf.Struct;

import java.util.Map;

/// The route that a stream took, as logs see it. Made once with the route.
///
/// @param name may be empty
/// @param virtualHost the name of its virtual host
/// @param metadata `filter_metadata`
/// @param hostMetadata that of its virtual host
public record RouteUse(
        String name,
        String virtualHost,
        Map<String, Struct> metadata,
        Map<String, Struct> hostMetadata) {}
