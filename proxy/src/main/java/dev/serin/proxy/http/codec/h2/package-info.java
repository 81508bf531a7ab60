/// HTTP/2 on the wire: frames and header blocks straight to and from
/// [dev.serin.proxy.http.Headers], without a channel, a handler or a promise a stream. Start here:
/// [Http2Server], then [Http2Connection], then [HpackDecoder].
@NullMarked
package dev.serin.proxy.http.codec.h2;

import org.jspecify.annotations.NullMarked;
