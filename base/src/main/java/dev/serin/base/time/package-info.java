/// Time as a thing that is handed in: reading it, and doing something later. Start here: [Ticker],
/// then [Timers].
@NullMarked
package dev.serin.base.time;

import org.jspecify.annotations.NullMarked;
