/// Where resources come from: a live list of them, whether files, the local API or a cluster. Start
/// here: [ConfigSource], then [FileSource], [FixedSource].
@NullMarked
package dev.serin.config.source;

import org.jspecify.annotations.NullMarked;
