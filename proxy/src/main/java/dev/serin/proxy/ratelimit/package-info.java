/// Rates that this proxy keeps by itself. Start here: [TokenBucket].
@NullMarked
package dev.serin.proxy.ratelimit;

import org.jspecify.annotations.NullMarked;
