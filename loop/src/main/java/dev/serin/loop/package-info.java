/// Event loops, as every socket of the product needs them. Start here: [EpollLoop].
@NullMarked
package dev.serin.loop;

import org.jspecify.annotations.NullMarked;
