package dev.serin.proxy.ratelimit;

/// One word of a request's description.
public record LimitEntry(String key, String value) {}
