package dev.serin.local.api.stream;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The streams of a command over SPDY/3.1: the client opens one for each and names it by the header
/// `streamtype`.
final class SpdyStreams implements Streams {
    private static final List<String> TYPES =
            List.of("stdin", "stdout", "stderr", "error", "resize");

    private final SpdyLink link;
    private final Map<Integer, Integer> ids;
    private final Map<Integer, Integer> numbers = new HashMap<>();

    private SpdyStreams(SpdyLink link, Map<Integer, Integer> ids) {
        this.link = link;
        this.ids = ids;
        ids.forEach((number, id) -> numbers.put(id, number));
    }

    /// Waits until the client has opened as many streams as the request makes it open.
    ///
    /// @return null if it goes away before
    static @Nullable SpdyStreams open(SpdyLink link, int expected)
            throws IOException, InterruptedException {
        var ids = new HashMap<Integer, Integer>();
        while (ids.size() < expected) {
            var event = link.receive();
            if (event == null) {
                return null;
            }
            if (event instanceof SpdyLink.Event.Opened(int id, var headers)) {
                ids.put(TYPES.indexOf(headers.getOrDefault("streamtype", "")), id);
            }
        }
        return new SpdyStreams(link, Map.copyOf(ids));
    }

    @Override
    public @Nullable Part receive() throws IOException, InterruptedException {
        for (var event = link.receive(); event != null; event = link.receive()) {
            switch (event) {
                case SpdyLink.Event.Wrote(int id, byte[] octets, boolean end) -> {
                    var number = numbers.get(id);
                    if (number != null) {
                        return new Part(number, octets, end);
                    }
                }
                case SpdyLink.Event.Reset(int id) -> {
                    var number = numbers.get(id);
                    if (number != null) {
                        return new Part(number, new byte[0], true);
                    }
                }
                case SpdyLink.Event.Opened _ -> {}
            }
        }
        return null;
    }

    @Override
    public void write(int stream, byte[] octets) throws IOException, InterruptedException {
        var id = ids.get(stream);
        if (id != null) {
            link.write(id, octets);
        }
    }

    @Override
    public void close() throws IOException, InterruptedException {
        for (var id : ids.values()) {
            link.end(id);
        }
        link.close();
    }
}
