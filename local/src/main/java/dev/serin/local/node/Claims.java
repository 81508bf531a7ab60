package dev.serin.local.node;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;
import dev.serin.config.ResourceKey;
import dev.serin.local.api.ResourceClient;

import tools.jackson.databind.JsonNode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/// Where the volume of a claim is on this machine.
final class Claims {
    private Claims() {}

    /// @param name of the pod's volume
    /// @throws ProblemException while the claim has no volume yet, or one of another kind
    static Path path(ResourceClient client, String name, String namespace, JsonNode source)
            throws IOException {
        var named = source.path("claimName").asString("");
        var claim = client.get(new ResourceKey("persistentvolumeclaims", namespace, named));
        if (claim == null || !claim.status().path("phase").asString("").equals("Bound")) {
            throw problem(
                    name,
                    claim == null
                            ? "of a claim " + named + " that is not there"
                            : "of a claim " + named + " that is not bound",
                    "create the claim, or see kubectl describe pvc " + named);
        }
        var bound = claim.spec().path("volumeName").asString("");
        var volume = client.get(new ResourceKey("persistentvolumes", "", bound));
        var spec = volume == null ? claim.spec() : volume.spec();
        var text =
                spec.path("hostPath")
                        .path("path")
                        .asString(spec.path("local").path("path").asString(""));
        if (text.isEmpty()) {
            throw problem(
                    name,
                    "of a volume " + bound + " that is no folder of this machine",
                    "use a hostPath or local volume, or the class standard");
        }
        var path = Path.of(text);
        if (!Files.exists(path)
                && spec.path("hostPath").path("type").asString("").endsWith("OrCreate")) {
            Files.createDirectories(path);
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxrwxrwx"));
        }
        return path;
    }

    private static ProblemException problem(String name, String found, String cure) {
        return new ProblemException(
                new Problem("volume " + name, found, "a claim that is bound to a folder", cure));
    }
}
