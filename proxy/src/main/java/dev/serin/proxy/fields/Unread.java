package dev.serin.proxy.fields;

/// A field that is set and not read, or that has a value which it must not have.
///
/// @param field its path in the resource
/// @param supported whether this proxy has it, and what is wrong is its value
public record Unread(String field, String reason, boolean supported) {}
