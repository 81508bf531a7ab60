/// Placeholder sentence: the owner of this module replaces it.
@NullMarked
package dev.serin.ca;

import org.jspecify.annotations.NullMarked;
