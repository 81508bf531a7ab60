/// What a pod lives in: its address, its network namespace and the root of its containers. Start
/// here: [Network], then [StartScript].
@NullMarked
package dev.serin.local.node.sandbox;

import org.jspecify.annotations.NullMarked;
