package dev.serin.local.controllers;

import java.util.List;

/// The one node: this machine, as `kubectl get nodes -o wide` shows it.
///
/// @param name of the Node resource, which pods are assigned to
/// @param addresses in the mesh's network, the first is the InternalIP
/// @param memoryBytes for its pods
/// @param version of the Kubernetes that is spoken: `v1.37.0`
public record Machine(
        String name,
        List<String> addresses,
        int processors,
        long memoryBytes,
        String architecture,
        String kernel,
        String version) {}
