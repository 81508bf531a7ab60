/// The resources of the mesh as typed records, kept up to date. Start here: [Collections].
@NullMarked
package dev.serin.controlplane.collection;

import org.jspecify.annotations.NullMarked;
