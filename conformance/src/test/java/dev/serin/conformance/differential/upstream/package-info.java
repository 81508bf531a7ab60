/// Servers behind the proxies that answer as their scenario says and remember what they were asked.
/// Start here: [Upstream], then [Answer].
@NullMarked
package dev.serin.conformance.differential.upstream;

import org.jspecify.annotations.NullMarked;
