/// Pods as processes. Start here: [SidecarHost], the place where a pod's proxy runs.
@NullMarked
package dev.serin.local.node;

import org.jspecify.annotations.NullMarked;
