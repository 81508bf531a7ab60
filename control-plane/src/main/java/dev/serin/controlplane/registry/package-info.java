/// What runs in the mesh: services, their endpoints and the workloads behind them, made of
/// Kubernetes' resources by pure functions. Start here: [MeshService], then [Registry].
@NullMarked
package dev.serin.controlplane.registry;

import org.jspecify.annotations.NullMarked;
