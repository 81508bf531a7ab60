/// Tests of the package of this name.
@NullMarked
package dev.serin.modelserver.servable;

import org.jspecify.annotations.NullMarked;
