package dev.serin.proxy.fields;

/// A field that is set and not read, or that has a value which it must not have.
///
/// @param field its path in the resource
public record Unread(String field, String reason) {}
