package dev.serin.config.fields;

/// What becomes of a field that somebody writes.
public sealed interface FieldState {
    /// Does what Istio documents.
    ///
    /// @param proof the golden case in which it is set and without which that case comes out
    ///   otherwise, or `Class#method` of a test
    /// @param note a limit worth knowing, may be empty
    record Works(String proof, String note) implements FieldState {}

    /// Read and checked, and then nothing comes of it: whoever writes it is told.
    record WithoutEffect(String why) implements FieldState {}

    /// Not taken at all.
    record Refused(String why, String cure) implements FieldState {}
}
