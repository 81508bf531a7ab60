/// Placeholder sentence: the owner of this module replaces it.
@NullMarked
package dev.serin.proxy;

import org.jspecify.annotations.NullMarked;
