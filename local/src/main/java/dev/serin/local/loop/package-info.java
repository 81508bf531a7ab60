/// Event loops, as this module's sockets need them. Start here: [EpollLoop].
@NullMarked
package dev.serin.local.loop;

import org.jspecify.annotations.NullMarked;
