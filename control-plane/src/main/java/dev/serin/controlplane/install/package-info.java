/// What makes a cluster, or the machine's own API, a mesh. Start here: [Manifests].
@NullMarked
package dev.serin.controlplane.install;

import org.jspecify.annotations.NullMarked;
