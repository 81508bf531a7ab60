package dev.serin.proxy.bootstrap;

import dev.serin.base.net.HostPort;
import dev.serin.xds.ResourceType;
import dev.serin.xds.client.AdsTerms;

import org.jspecify.annotations.Nullable;

import java.nio.file.Path;
import java.util.Set;

/// Where the control plane is, how to speak to it and what to ask of it.
///
/// @param root PEM file of the authorities to trust; null for clear text
/// @param tokenFile the service account's token, null for none
/// @param whole types of which all is asked for
public record Discovery(
        HostPort server,
        @Nullable Path root,
        @Nullable Path tokenFile,
        AdsTerms.Form form,
        Set<ResourceType> whole) {
    /// As a sidecar asks: delta, all clusters and all listeners.
    public Discovery(HostPort server, @Nullable Path root, @Nullable Path tokenFile) {
        this(server, root, tokenFile, AdsTerms.Form.DELTA, AdsTerms.USUAL);
    }
}
