/// What every HTTP version shares: the heads of a request and of a response. Start here:
/// [RequestHead], then [Headers].
@NullMarked
package dev.serin.proxy.http;

import org.jspecify.annotations.NullMarked;
