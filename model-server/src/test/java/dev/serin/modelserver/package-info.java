/// Tests of the model server as a whole. Start here: [ModelServerTest].
@NullMarked
package dev.serin.modelserver;

import org.jspecify.annotations.NullMarked;
