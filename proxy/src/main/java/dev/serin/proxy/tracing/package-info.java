/// Traces: which streams are traced, the headers by which a trace goes on, and spans for whoever
/// exports them. Start here: [Trace], then [Tracing], then [Propagation].
@NullMarked
package dev.serin.proxy.tracing;

import org.jspecify.annotations.NullMarked;
