package dev.serin.local.store;

import dev.serin.config.Resource;

import java.util.List;

/// What was there at one revision, ordered by namespace and name.
public record Listing(long revision, List<Resource> resources) {}
