/// What is wrong, or doubtful, with what the user wrote. Start here: [SetReader], then
/// [SchemaCheck], [Validator], [Analyzer].
@NullMarked
package dev.serin.config.check;

import org.jspecify.annotations.NullMarked;
