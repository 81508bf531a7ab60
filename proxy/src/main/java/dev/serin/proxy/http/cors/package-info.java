/// Cross-origin requests of browsers. Start here: [CorsFactory].
@NullMarked
package dev.serin.proxy.http.cors;

import org.jspecify.annotations.NullMarked;
