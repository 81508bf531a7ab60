package dev.serin.cli.sidecar;

import dev.serin.local.image.Image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// The proxy as a container of its own in each pod: what `istio/proxyv2` is on this machine then.
/// It is this product's `proxy sidecar|router`, small, with sockets of its pod from the broker.
public final class PodProxy {
    private static final String HEAP = "-Xmx96m";

    /// As Istio's program of this name, of which people type `pilot-agent request GET stats`.
    private static final String AGENT =
            """
            #!/bin/sh
            [ "$#" = 3 ] && [ "$1" = request ] || { echo "pilot-agent: here it takes: request GET|POST PATH" >&2; exit 2; }
            command -v curl >/dev/null || { echo "pilot-agent: this machine has no curl; install it" >&2; exit 127; }
            exec curl -sS -X "$2" "http://127.0.0.1:15000/${3#/}"
            """;

    private PodProxy() {}

    /// @param rights how the product is found by who has none
    /// @param own the mesh's folder in its `/run`, where the product may be shown
    /// @param socket of the broker
    public static Image image(Unprivileged rights, Path own, Path socket) {
        var folder = String.valueOf(socket.getParent());
        var mounts = new TreeMap<>(Map.of(folder, folder));
        for (var path : List.of(String.valueOf(Path.of(rights.run()).getParent()), rights.java())) {
            if (Path.of(path).startsWith(own)) {
                mounts.put(path, path);
            }
        }
        return new Image.Program(
                List.of(rights.run(), rights.java()),
                List.of(),
                Map.of("SERIN_SOCKET_BROKER", socket.toString(), "SERIN_JAVA_OPTIONS", HEAP),
                null,
                Map.of(),
                List.of(new Image.File("/usr/local/bin/pilot-agent", AGENT, true)),
                mounts);
    }

    /// Writes the program that people expect beside a proxy into `folder`, which is made.
    public static void agent(Path folder) throws IOException {
        var file = Files.createDirectories(folder).resolve("pilot-agent");
        Files.writeString(file, AGENT);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
