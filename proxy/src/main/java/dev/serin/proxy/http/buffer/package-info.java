/// Holds a request until all of it is there. Start here: [BufferFilters].
@NullMarked
package dev.serin.proxy.http.buffer;

import org.jspecify.annotations.NullMarked;
