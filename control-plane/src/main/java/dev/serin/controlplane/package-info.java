/// The control plane: resources and workloads in, what each proxy must know out. Start here:
/// [ControlPlane], then the packages `collection`, `registry`, `mesh`, `generate`, `push`.
@NullMarked
package dev.serin.controlplane;

import org.jspecify.annotations.NullMarked;
