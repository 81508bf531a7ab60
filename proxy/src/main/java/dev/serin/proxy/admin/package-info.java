/// The pages by which a proxy shows itself: a tiny HTTP server on the proxy's own event loops, and
/// the admin pages of Envoy. Start here: [PageServer], then [AdminPages].
@NullMarked
package dev.serin.proxy.admin;

import org.jspecify.annotations.NullMarked;
