/// The model server: TensorFlow Serving's contract on TensorFlow's own runtime. Start here:
/// [ServeMain], then [ModelServer], then the packages servable and api.
@NullMarked
package dev.serin.modelserver;

import org.jspecify.annotations.NullMarked;
