package dev.serin.proxy.http.manager;

import dev.serin.proxy.http.Headers;

import io.netty.buffer.ByteBuf;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.function.Consumer;

/// What came of a message while a filter paused it. Little, since the side that it comes from is
/// not read meanwhile; or the whole message, where a filter has asked for that and named a limit.
final class HeldParts {
    private final ArrayDeque<ByteBuf> parts = new ArrayDeque<>(2);
    private boolean ended;
    private @Nullable Headers trailers;
    private @Nullable Runnable collected;
    private long limit = Long.MAX_VALUE;
    private long octets;

    /// Takes the part over.
    void add(ByteBuf part) {
        octets += part.readableBytes();
        parts.add(part);
    }

    void end(@Nullable Headers last) {
        ended = true;
        trailers = last;
    }

    /// Wants the whole message, of at most `most` octets; `then` is run by [#tellIfWhole].
    void collect(long most, Runnable then) {
        limit = most;
        collected = then;
    }

    /// Whether someone waits for the whole message.
    boolean collecting() {
        return collected != null;
    }

    /// Whether what was collected is more than was asked for.
    boolean tooLarge() {
        return collected != null && octets > limit;
    }

    /// Tells whoever waits for the whole message, if it is there.
    void tellIfWhole() {
        var then = collected;
        if (ended && then != null) {
            collected = null;
            then.run();
        }
    }

    long octets() {
        return octets;
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
