/// What is left of a stream or connection when it ends, for logs and metrics. Start here:
/// [StreamEnd], then [StreamObserver], then [ConnectionEnd].
@NullMarked
package dev.serin.proxy.stream;

import org.jspecify.annotations.NullMarked;
