/// Ends what has lost its reason: resources whose owners are gone, what is in a namespace that
/// ends, old events. Start here: [Collector].
@NullMarked
package dev.serin.local.api.collect;

import org.jspecify.annotations.NullMarked;
