package dev.serin.proxy.bootstrap;

import java.nio.file.Path;
import java.util.Map;

/// Where the paths that a container sees are on this machine: a path may be listed itself or be
/// below one that is; others are what they are. Immutable.
public record ContainerFiles(Map<String, Path> places) {
    /// A container that sees this machine's own files.
    public static final ContainerFiles SAME = new ContainerFiles(Map.of());

    public ContainerFiles {
        places = Map.copyOf(places);
    }

    public Path find(String path) {
        for (var at = path; !at.isEmpty(); at = at.substring(0, Math.max(0, at.lastIndexOf('/')))) {
            var place = places.get(at);
            if (place != null) {
                var below = path.substring(at.length());
                return below.isEmpty() ? place : place.resolve(below.substring(1));
            }
        }
        return Path.of(path);
    }
}
