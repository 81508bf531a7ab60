package dev.serin.local.node.usage;

/// What has been used up to a moment.
///
/// @param cpuNanos of CPU time since the beginning
/// @param bytes of memory now
record Reading(long cpuNanos, long bytes) {}
