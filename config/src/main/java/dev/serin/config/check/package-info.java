/// What is wrong with one resource that the user wrote. Start here: [Validator], then
/// [SchemaCheck], [Violation], [Wording].
@NullMarked
package dev.serin.config.check;

import org.jspecify.annotations.NullMarked;
