/// Becoming ready, draining and ending. Start here: [Readiness], then [Drain], then [LeftOver].
@NullMarked
package dev.serin.base.lifecycle;

import org.jspecify.annotations.NullMarked;
