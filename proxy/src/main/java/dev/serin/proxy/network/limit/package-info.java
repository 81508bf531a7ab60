/// How many connections a filter chain has at once. Start here: [ConnectionCounts].
@NullMarked
package dev.serin.proxy.network.limit;

import org.jspecify.annotations.NullMarked;
