/// Placeholder sentence: the owner of this module replaces it.
@NullMarked
package dev.serin.identity;

import org.jspecify.annotations.NullMarked;
