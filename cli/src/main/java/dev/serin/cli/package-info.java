/// Placeholder sentence: the owner of this module replaces it.
@NullMarked
package dev.serin.cli;

import org.jspecify.annotations.NullMarked;
