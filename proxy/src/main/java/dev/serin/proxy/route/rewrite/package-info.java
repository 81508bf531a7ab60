/// How a request's path and authority change on the way up, and where a redirect leads. Start here:
/// [PathRewrite], then [HostRewrite], then [PathTemplate].
@NullMarked
package dev.serin.proxy.route.rewrite;

import org.jspecify.annotations.NullMarked;
