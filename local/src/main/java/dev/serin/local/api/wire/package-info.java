/// HTTP/1.1 and WebSocket on TLS. Start here: [Door], then [Exchange].
@NullMarked
package dev.serin.local.api.wire;

import org.jspecify.annotations.NullMarked;
