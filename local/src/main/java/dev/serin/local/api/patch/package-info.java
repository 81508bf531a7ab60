/// Patches: what a change of a body means in each of Kubernetes' four forms. Start here: [Patch],
/// then [StrategicMerge].
@NullMarked
package dev.serin.local.api.patch;

import org.jspecify.annotations.NullMarked;
