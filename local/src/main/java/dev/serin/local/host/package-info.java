/// The machine's own network, seen from inside the mesh's namespaces. Start here: [HostPorts].
@NullMarked
package dev.serin.local.host;

import org.jspecify.annotations.NullMarked;
