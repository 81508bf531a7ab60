/// How an HTTP filter plugs in. Start here: [HttpFilter], then [HttpFilterFactory], then
/// [StreamContext].
@NullMarked
package dev.serin.proxy.http.filter;

import org.jspecify.annotations.NullMarked;
