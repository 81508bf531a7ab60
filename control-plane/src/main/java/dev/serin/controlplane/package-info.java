/// Placeholder sentence: the owner of this module replaces it.
@NullMarked
package dev.serin.controlplane;

import org.jspecify.annotations.NullMarked;
