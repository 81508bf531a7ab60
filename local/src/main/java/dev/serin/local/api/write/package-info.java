/// The path of a write, the same for kubectl and for what runs in this process. Start here:
/// [WritePath], then [Intent].
@NullMarked
package dev.serin.local.api.write;

import org.jspecify.annotations.NullMarked;
