/// A version of a model and its life: aspired, loading, available, unloaded. Start here:
/// [Servable].
@NullMarked
package dev.serin.modelserver.servable;

import org.jspecify.annotations.NullMarked;
