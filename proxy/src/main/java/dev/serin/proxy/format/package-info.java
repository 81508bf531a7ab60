/// Envoy's `%OPERATORS%`: what logs, headers and local replies say of a stream or connection. Start
/// here: [LineFormat], then [Operators], then [Entry].
@NullMarked
package dev.serin.proxy.format;

import org.jspecify.annotations.NullMarked;
