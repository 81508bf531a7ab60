/// Placeholder sentence: the owner of this module replaces it.
@NullMarked
package dev.serin.modelserver;

import org.jspecify.annotations.NullMarked;
