/// Where models come from. Start here: [DirectorySource].
@NullMarked
package dev.serin.modelserver.source;

import org.jspecify.annotations.NullMarked;
