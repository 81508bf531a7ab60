package dev.serin.cli;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;

/// `--mtls`: the mesh's mode of mutual TLS, in Istio's words. Until workloads have certificates
/// there is one: plain text is taken.
enum MeshTls {
    PERMISSIVE,
    STRICT;

    /// @throws ProblemException if the mesh can't do it yet
    void check() {
        if (this == STRICT) {
            throw new ProblemException(
                    new Problem(
                            "--mtls strict",
                            "workloads have no certificates yet, so nothing could be reached",
                            "permissive",
                            "start it by --mtls permissive"));
        }
    }
}
