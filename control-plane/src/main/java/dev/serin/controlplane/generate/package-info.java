/// From the mesh to xDS: each generator gathers what a resource depends on into a key, and builds
/// the resource from that key alone. Start here: [Generators], then the packages `cluster`,
/// `endpoint`, `route`, `listener`.
@NullMarked
package dev.serin.controlplane.generate;

import org.jspecify.annotations.NullMarked;
