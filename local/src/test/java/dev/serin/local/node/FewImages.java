package dev.serin.local.node;

import dev.serin.base.Problem;
import dev.serin.local.image.Image;
import dev.serin.local.image.Images;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

/// The images that a node of tests knows: `sh`, a shell, and `proxy`, a sidecar that does nothing
/// until it is stopped. Any thread.
final class FewImages implements Images, SidecarHost {
    /// The sidecars that were started, oldest first.
    final List<Sidecar> started = new CopyOnWriteArrayList<>();

    @Override
    public Image resolve(String image) {
        return switch (image) {
            case "sh" ->
                    new Image.Program(
                            List.of("sh", "-c"),
                            List.of("exit 3"),
                            Map.of("FROM", "image"),
                            null,
                            Map.of(),
                            List.of(),
                            Map.of());
            case "proxy" -> new Image.Sidecar();
            default ->
                    new Image.Unknown(
                            Problem.of(image, "no such image", "map it: serin image map"));
        };
    }

    @Override
    public Running start(Sidecar sidecar) {
        started.add(sidecar);
        var ended = new CompletableFuture<Integer>();
        return new Running() {
            @Override
            public CompletableFuture<Integer> ended() {
                return ended;
            }

            @Override
            public void stop(Duration grace) {
                ended.complete(0);
            }
        };
    }
}
