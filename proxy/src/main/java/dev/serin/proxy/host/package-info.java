/// One process with the proxies of many pods: orders come in as lines, events go out as lines.
/// Start here: [ProxyHostProtocol], then [ProxyHost].
@NullMarked
package dev.serin.proxy.host;

import org.jspecify.annotations.NullMarked;
