/// Text to resources: YAML and JSON read strictly, with the line and column of every value, and the
/// small tools that typed records read a body with. Start here: [ResourceReader], then [Manifest],
/// [Cursor].
@NullMarked
package dev.serin.config.codec;

import org.jspecify.annotations.NullMarked;
