package dev.serin.proxy.snapshot;

import java.util.Set;

/// Names of the resources that the present configuration refers to, to be asked for by name.
///
/// @param routes RouteConfigurations
/// @param endpoints ClusterLoadAssignments
/// @param secrets of TLS contexts
public record Wanted(Set<String> routes, Set<String> endpoints, Set<String> secrets) {}
