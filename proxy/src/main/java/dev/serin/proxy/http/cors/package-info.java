/// Cross-origin requests of browsers. Start here: [CorsFilter], then [CorsPolicy].
@NullMarked
package dev.serin.proxy.http.cors;

import org.jspecify.annotations.NullMarked;
