/// Where connections come in. Start here: [ConnectionPath], which is the path, then
/// [ListenerConfig], then [LiveListener].
@NullMarked
package dev.serin.proxy.listener;

import org.jspecify.annotations.NullMarked;
