/// Words of people. Start here: [Nearest].
@NullMarked
package dev.serin.base.text;

import org.jspecify.annotations.NullMarked;
