/// What a sidecar offers to another by ALPN. Start here: [AlpnFilters].
@NullMarked
package dev.serin.proxy.http.alpn;

import org.jspecify.annotations.NullMarked;
