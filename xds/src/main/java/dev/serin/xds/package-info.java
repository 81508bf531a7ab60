/// Placeholder sentence: the owner of this module replaces it.
@NullMarked
package dev.serin.xds;

import org.jspecify.annotations.NullMarked;
