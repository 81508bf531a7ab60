package dev.serin.proxy.rbac;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;

import dev.serin.proxy.stream.DynamicMetadata;

import org.jspecify.annotations.Nullable;

/// What judges visits: policies, or a tree of matchers. Immutable.
public sealed interface Engine permits Rules, MatchTree {
    /// @param policy the one that matched; null if none did
    record Verdict(boolean allowed, @Nullable String policy) {}

    /// What it says of `visit`. What logs leaves its hint for access logs.
    Verdict judge(Visit visit);

    /// Leaves the hint whether `visit` is to be logged.
    static void hint(Visit visit, boolean log) {
        DynamicMetadata.merge(
                visit.slots(),
                "envoy.common",
                Struct.newBuilder()
                        .putFields("access_log_hint", Value.newBuilder().setBoolValue(log).build())
                        .build());
    }
}
