/// The product as a person runs it: the launcher, examples/canary, curl and kubectl. Start here:
/// [CanaryTest].
@NullMarked
package dev.serin.conformance.endtoend;

import org.jspecify.annotations.NullMarked;
