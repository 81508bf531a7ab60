package dev.serin.proxy.network.filter;

import dev.serin.proxy.stream.Downstream;
import dev.serin.proxy.stream.Slots;

import org.jspecify.annotations.Nullable;

import java.util.function.Consumer;

/// A connection, as its filters see it. Its event loop only.
///
/// @param alpn the protocol that was agreed on with TLS on the side that the filter stands on; null
///   without
/// @param count adds one to the counter of this name
public record ConnectionContext(
        Downstream downstream, Slots slots, @Nullable String alpn, Consumer<String> count) {}
