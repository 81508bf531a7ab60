/// What Envoy calls the HTTP connection manager: a stream from its head to its end. Start here:
/// [HttpStream], which is the path, then [HttpManager].
@NullMarked
package dev.serin.proxy.http.manager;

import org.jspecify.annotations.NullMarked;
