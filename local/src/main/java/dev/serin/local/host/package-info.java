/// The border between the machine and the mesh's namespaces, from both sides. Start here: [Front]
/// (outside), then [HostLink] (inside), then [HostPorts].
@NullMarked
package dev.serin.local.host;

import org.jspecify.annotations.NullMarked;
