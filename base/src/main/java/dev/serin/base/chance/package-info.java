/// Chance as a thing that is handed in, each random decision by name. Start here: [Draws], then
/// [Draw].
@NullMarked
package dev.serin.base.chance;

import org.jspecify.annotations.NullMarked;
