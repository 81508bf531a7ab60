package dev.serin.proxy.bootstrap;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.Map;

/// An application's probe that the agent asks in the kubelet's place.
///
/// @param path null asks only whether the port takes a connection
/// @param headers to send; `host` among them
public record Probe(
        int port, @Nullable String path, Map<String, String> headers, Duration timeout) {}
