/// Tests of the package of this name.
@NullMarked
package dev.serin.modelserver.source;

import org.jspecify.annotations.NullMarked;
