/// The packet rules of the mesh's namespaces: a pod's capture and the services' virtual addresses.
/// Start here: [PacketFilter].
@NullMarked
package dev.serin.local.capture;

import org.jspecify.annotations.NullMarked;
