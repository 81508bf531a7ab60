/// HTTP/1.1 on the wire, read and written without a body ever being gathered. Start here:
/// [Http1Parser], then [Http1Server], then [Http1Client].
@NullMarked
package dev.serin.proxy.http.codec;

import org.jspecify.annotations.NullMarked;
