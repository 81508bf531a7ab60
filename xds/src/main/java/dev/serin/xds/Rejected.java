package dev.serin.xds;

import java.util.List;

/// A NACK: what a proxy refused and what it said.
///
/// @param revision of the push that it refused
/// @param names of the resources of that push, of which the text names the bad ones
/// @param text the proxy's own words
public record Rejected(ResourceType type, String revision, List<String> names, String text) {}
