/// No more connections than a bucket has tokens. Start here: [ConnectionLimits].
@NullMarked
package dev.serin.proxy.network.ratelimit;

import org.jspecify.annotations.NullMarked;
