/// What a container prints, kept in a file of bounded size. Start here: [LogFile].
@NullMarked
package dev.serin.base.log;

import org.jspecify.annotations.NullMarked;
