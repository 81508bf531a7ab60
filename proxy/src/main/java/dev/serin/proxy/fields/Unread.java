package dev.serin.proxy.fields;

/// A field that is set and not read.
///
/// @param field its path in the resource
public record Unread(String field, String reason) {}
