package dev.serin.proxy.http.router;

import dev.serin.proxy.http.Headers;
import dev.serin.proxy.route.RouteAction.Forward;
import dev.serin.proxy.route.RouteAction.Mirror;
import dev.serin.proxy.route.RouteMatch;

import io.netty.buffer.ByteBuf;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// The copies that go to mirrors of one request. The stream's event loop only.
final class Shadows {
    private final List<Shadow> copies;

    private Shadows(List<Shadow> copies) {
        this.copies = copies;
    }

    /// Sends the head to each mirror of the route that gets this request; null if none does.
    ///
    /// @param totalMillis as long as the original may take; 0 for any time
    /// @param end whether the head is all
    static @Nullable Shadows of(
            RoutedStream stream, RouteMatch route, Forward forward, long totalMillis, boolean end) {
        List<Shadow> copies = null;
        for (var mirror : forward.mirrors()) {
            var cluster = route.mirrored(mirror) ? stream.cluster(name(mirror, stream)) : null;
            if (cluster != null) {
                copies = copies == null ? new ArrayList<>(2) : copies;
                copies.add(new Shadow(stream, cluster, mirror, totalMillis));
            }
        }
        if (copies == null) {
            return null;
        }
        for (var copy : copies) {
            copy.start(end);
        }
        return end ? null : new Shadows(copies);
    }

    private static String name(Mirror mirror, RoutedStream stream) {
        var named =
                mirror.header() == null
                        ? mirror.cluster()
                        : stream.request().headers().get(mirror.header());
        return named == null ? "" : named;
    }

    /// A part of the body; it stays the caller's.
    void body(ByteBuf part) {
        for (var copy : copies) {
            copy.requestBody(part);
        }
    }

    void flush() {
        for (var copy : copies) {
            copy.requestFlush();
        }
    }

    void end(@Nullable Headers trailers) {
        for (var copy : copies) {
            copy.requestEnd(trailers);
        }
    }

    /// No more comes of the original.
    void originalEnds() {
        for (var copy : copies) {
            copy.originalEnds();
        }
    }
}
