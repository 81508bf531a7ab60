/// How one thread hands things to another. Start here: [Owner], then [Latest], then [Mailbox].
@NullMarked
package dev.serin.base.flow;

import org.jspecify.annotations.NullMarked;
