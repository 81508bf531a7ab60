/// The part of CEL that telemetry uses: attributes of a stream or connection, compared and chosen
/// between. Start here: [Expression], then [Attributes].
@NullMarked
package dev.serin.proxy.expression;

import org.jspecify.annotations.NullMarked;
