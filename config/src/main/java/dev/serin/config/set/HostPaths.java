package dev.serin.config.set;

import dev.serin.base.Problem;
import dev.serin.config.codec.Manifest;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// Makes the relative `hostPath`s of a file absolute, from the file's own folder: on one machine a
/// manifest may lie beside the model that it mounts. Kubernetes itself wants them absolute.
final class HostPaths {
    private static final Map<String, String> POD_SPECS =
            Map.of(
                    "Pod",
                    "/spec",
                    "Deployment",
                    "/spec/template/spec",
                    "ReplicaSet",
                    "/spec/template/spec");

    private HostPaths() {}

    /// Alters the manifest's body, which nobody else must have seen yet; a folder that is not there
    /// is a finding.
    static void resolve(Manifest manifest, List<Finding> findings) {
        var pointer = POD_SPECS.get(manifest.resource().kind().kind());
        if (pointer == null) {
            return;
        }
        JsonNode volumes = manifest.resource().body().at(pointer + "/volumes");
        for (var i = 0; i < volumes.size(); i++) {
            if (volumes.get(i).path("hostPath") instanceof ObjectNode hostPath
                    && hostPath.path("path").isString()) {
                var where =
                        pointer.substring(1).replace('/', '.')
                                + ".volumes["
                                + i
                                + "].hostPath.path";
                resolve(manifest, hostPath, where, findings);
            }
        }
    }

    private static void resolve(
            Manifest manifest, ObjectNode hostPath, String where, List<Finding> findings) {
        var written = hostPath.path("path").asString("");
        var path = Path.of(written);
        if (!path.isAbsolute()) {
            var folder = Path.of(manifest.file()).toAbsolutePath().getParent();
            if (folder == null) {
                return;
            }
            path = folder.resolve(path).normalize();
            hostPath.put("path", path.toString());
        }
        var type = hostPath.path("type").asString("");
        if (!Files.exists(path) && !type.endsWith("OrCreate")) {
            var problem =
                    Problem.of(
                            manifest.place(where) + ": " + where,
                            "'" + written + "' is not there (" + path + ")",
                            "put the folder there, or name the one that is; pods that mount it wait"
                                    + " until then");
            findings.add(new Finding("host-path-missing", problem));
        }
    }
}
