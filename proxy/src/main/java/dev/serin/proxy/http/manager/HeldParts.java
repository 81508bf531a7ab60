package dev.serin.proxy.http.manager;

import dev.serin.proxy.http.Headers;

import io.netty.buffer.ByteBuf;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.function.Consumer;

/// What came of a message while a filter paused it. Little: the side that it comes from is not read
/// meanwhile.
final class HeldParts {
    private final ArrayDeque<ByteBuf> parts = new ArrayDeque<>(2);
    private boolean ended;
    private @Nullable Headers trailers;

    /// Takes the part over.
    void add(ByteBuf part) {
        parts.add(part);
    }

    void end(@Nullable Headers last) {
        ended = true;
        trailers = last;
    }

    /// Hands everything on in its order.
    void replay(Consumer<ByteBuf> body, Consumer<@Nullable Headers> end) {
        for (var part = parts.poll(); part != null; part = parts.poll()) {
            body.accept(part);
        }
        if (ended) {
            end.accept(trailers);
        }
    }

    void release() {
        for (var part = parts.poll(); part != null; part = parts.poll()) {
            part.release();
        }
    }
}
