/// Which host takes the next request: by priority, locality, subset, and then in turn, by load or
/// by hash. Start here: [HostPicker], then [TurnPicker], then [PriorityLoad].
@NullMarked
package dev.serin.proxy.upstream.balance;

import org.jspecify.annotations.NullMarked;
