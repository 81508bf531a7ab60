package dev.serin.proxy.bootstrap;

import dev.serin.base.net.HostPort;

import org.jspecify.annotations.Nullable;

import java.nio.file.Path;

/// Where the control plane is and how to speak to it.
///
/// @param root PEM file of the authorities to trust; null for clear text
/// @param tokenFile the service account's token, null for none
public record Discovery(HostPort server, @Nullable Path root, @Nullable Path tokenFile) {}
