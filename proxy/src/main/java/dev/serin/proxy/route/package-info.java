/// From a request to where it goes. Start here: [RouteTable], then [Route], then [RouteCompiler].
@NullMarked
package dev.serin.proxy.route;

import org.jspecify.annotations.NullMarked;
