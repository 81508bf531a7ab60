package dev.serin.local.node.sandbox;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// How a container's root is made of the machine's: each folder an overlay of the machine's, so
/// that what is written there stays in the container. A folder with other file systems mounted
/// below can't be one overlay in a user namespace (they are locked together), so it is made anew,
/// with its children as overlays. One that this user may not enter is empty in the container.
public record HostRoot(List<Part> parts) {
    private static final Set<String> OWN = Set.of("/proc", "/sys", "/dev", "/run");
    private static final int DEEPEST = 3;
    private static final int MOST_FILES = 100;

    /// One piece of a container's root.
    public sealed interface Part {
        String path();

        /// A folder that shows the machine's, and takes writes itself.
        record Overlay(String path) implements Part {}

        /// A folder that is made anew and filled by the parts after it.
        record Folder(String path) implements Part {}

        record Link(String path, String target) implements Part {}

        /// A file beside folders that are parts of their own; it is shown read-only.
        record File(String path) implements Part {}
    }

    /// Looks at the machine's root.
    public static HostRoot read() {
        try {
            var mounts =
                    Files.readAllLines(Path.of("/proc/self/mountinfo")).stream()
                            .map(line -> line.split(" ")[4].replace("\\040", " "))
                            .collect(Collectors.toCollection(TreeSet::new));
            var parts = new ArrayList<Part>();
            add(parts, Path.of("/"), mounts, 1);
            return new HostRoot(List.copyOf(parts));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void add(List<Part> parts, Path folder, TreeSet<String> mounts, int depth)
            throws IOException {
        List<Path> children;
        try (Stream<Path> files = Files.list(folder)) {
            children = files.sorted().toList();
        }
        int files = 0;
        for (var child : children) {
            var path = child.toString();
            if (OWN.contains(path)) {
                continue;
            }
            if (Files.isSymbolicLink(child)) {
                parts.add(new Part.Link(path, Files.readSymbolicLink(child).toString()));
            } else if (Files.isDirectory(child, LinkOption.NOFOLLOW_LINKS)) {
                if (!Files.isReadable(child) && !Files.isExecutable(child)) {
                    // Closed to an ordinary user, /root above all: its own, and the container's
                    // HOME.
                    parts.add(new Part.Folder(path));
                } else if (mountedBelow(path, mounts)
                        && depth < DEEPEST
                        && Files.isReadable(child)) {
                    parts.add(new Part.Folder(path));
                    add(parts, child, mounts, depth + 1);
                } else {
                    parts.add(new Part.Overlay(path));
                }
            } else if (depth > 1 && Files.isRegularFile(child) && files++ < MOST_FILES) {
                parts.add(new Part.File(path));
            }
        }
    }

    private static boolean mountedBelow(String path, TreeSet<String> mounts) {
        var next = mounts.ceiling(path + "/");
        return next != null && next.startsWith(path + "/");
    }
}
