/// What the API says of itself: groups, kinds and their schemas. Start here: [Discovery], then
/// [OpenApi].
@NullMarked
package dev.serin.local.api.discovery;

import org.jspecify.annotations.NullMarked;
