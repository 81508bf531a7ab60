/// Pods as processes: each pod a network namespace, each container a process in a mount namespace
/// of its own. Start here: [Node], then [Pod], then [Container], then [StartScript].
@NullMarked
package dev.serin.local.node;

import org.jspecify.annotations.NullMarked;
