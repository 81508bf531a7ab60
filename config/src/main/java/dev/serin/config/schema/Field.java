package dev.serin.config.schema;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;

/// A field of an object.
///
/// @param number of protobuf, 0 where there is none
/// @param absent the value where nothing is written, null where there is none; not to be changed
/// @param retain whether a strategic merge drops what the patch does not name (`retainKeys`)
/// @param doc what it is, empty where the name says it
public record Field(
        String name,
        int number,
        Type type,
        boolean required,
        @Nullable JsonNode absent,
        boolean retain,
        String doc) {}
