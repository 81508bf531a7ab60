package dev.serin.controlplane;

import dev.serin.controlplane.mesh.MeshSnapshot;
import dev.serin.xds.server.Limits;

import java.time.Duration;

/// How a control plane behaves.
///
/// @param quiet how long no further change comes before changes that followed each other are pushed
/// @param longest that a change waits
/// @param threads that serve streams
public record Options(
        MeshSnapshot.Settings mesh, Limits limits, Duration quiet, Duration longest, int threads) {
    public static final Options USUAL =
            new Options(
                    MeshSnapshot.Settings.USUAL,
                    Limits.USUAL,
                    Duration.ofMillis(100),
                    Duration.ofSeconds(1),
                    2);
}
