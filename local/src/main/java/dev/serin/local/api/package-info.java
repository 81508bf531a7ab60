/// The Kubernetes API of one machine. Start here: [ResourceClient], which is the same API without
/// the wire.
@NullMarked
package dev.serin.local.api;

import org.jspecify.annotations.NullMarked;
