/// No more requests than a bucket has tokens. Start here: [LocalLimitFilters].
@NullMarked
package dev.serin.proxy.http.ratelimit;

import org.jspecify.annotations.NullMarked;
