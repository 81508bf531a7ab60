/// What becomes of each field of Istio's kinds: works, has no effect, or is refused; one table that
/// checks, warnings, documents and tests are made from. Start here: [FieldStates], then
/// [FieldState].
@NullMarked
package dev.serin.config.fields;

import org.jspecify.annotations.NullMarked;
