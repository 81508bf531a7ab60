/// Several resources taken together: a set of files that is taken whole or not at all, references
/// between resources, and what is doubtful about them. Start here: [SetReader], then [References],
/// [Analyzer].
@NullMarked
package dev.serin.config.set;

import org.jspecify.annotations.NullMarked;
