/// How the planes talk: the words of Envoy's xDS v3 that both ends share. Start here:
/// [ResourceType], then [XdsResource], then the packages `server` and `client`.
@NullMarked
package dev.serin.xds;

import org.jspecify.annotations.NullMarked;
