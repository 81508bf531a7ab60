/// When and to whom a change goes. Start here: [Debounce], then [Discovery].
@NullMarked
package dev.serin.controlplane.push;

import org.jspecify.annotations.NullMarked;
