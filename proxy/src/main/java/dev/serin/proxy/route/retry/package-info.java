/// When a request is tried again, where and after how long, as configured. Start here:
/// [RetryPolicy], then [RetryWord], then [RetryCompiler].
@NullMarked
package dev.serin.proxy.route.retry;

import org.jspecify.annotations.NullMarked;
