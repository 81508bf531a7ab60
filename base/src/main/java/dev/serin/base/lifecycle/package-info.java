/// Becoming ready, draining and ending. Start here: [Readiness], then [Drain], then [LeftOver];
/// what a start alone needed goes with [ClassArchive].
@NullMarked
package dev.serin.base.lifecycle;

import org.jspecify.annotations.NullMarked;
