/// Requests whose own authority is the host that they go to. Start here: [ForwardFilters].
@NullMarked
package dev.serin.proxy.http.forward;

import org.jspecify.annotations.NullMarked;
