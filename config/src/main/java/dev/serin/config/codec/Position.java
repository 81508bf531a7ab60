package dev.serin.config.codec;

/// A place in a text, counted from 1.
public record Position(int line, int column) {}
