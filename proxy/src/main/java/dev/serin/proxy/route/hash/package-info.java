/// What of a request decides its host where a cluster balances by hash. Start here: [HashPolicy],
/// then [HashSource].
@NullMarked
package dev.serin.proxy.route.hash;

import org.jspecify.annotations.NullMarked;
