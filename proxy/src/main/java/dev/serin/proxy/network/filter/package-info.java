/// How a filter of connections plugs in. Start here: [NetworkFilter], then [NetworkFilterFactory].
@NullMarked
package dev.serin.proxy.network.filter;

import org.jspecify.annotations.NullMarked;
