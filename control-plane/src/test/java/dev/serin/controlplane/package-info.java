/// Tests of the control plane. Start here: [GoldenTest], then [Simulation].
@NullMarked
package dev.serin.controlplane;

import org.jspecify.annotations.NullMarked;
