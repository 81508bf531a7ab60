/// Which host takes the next request. Start here: [HostPicker].
@NullMarked
package dev.serin.proxy.upstream.balance;

import org.jspecify.annotations.NullMarked;
