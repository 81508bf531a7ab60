/// Placeholder sentence: the owner of this module replaces it.
@NullMarked
package dev.serin.inference;

import org.jspecify.annotations.NullMarked;
