/// Tests of the package of this name.
@NullMarked
package dev.serin.modelserver.api;

import org.jspecify.annotations.NullMarked;
