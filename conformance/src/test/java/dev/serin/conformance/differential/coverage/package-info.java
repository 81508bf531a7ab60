/// Which field of which message is proved by what, and which is refused: none may be silent. Start
/// here: [FieldCoverageTest], then [Coverage].
@NullMarked
package dev.serin.conformance.differential.coverage;

import org.jspecify.annotations.NullMarked;
