package dev.serin.local.node;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;
import dev.serin.local.image.Image;
import dev.serin.local.node.sandbox.StartScript;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/// What an image brings into a container's root: its small files, written to the pod's folder, and
/// the folders of this machine that stand for what it has inside.
final class ImageFiles {
    private ImageFiles() {}

    /// @param folder of this container's, for the files
    /// @throws ProblemException if a folder that the image is mapped to is not there
    static List<StartScript.Bind> binds(Image.Program image, Path folder) {
        var binds = new ArrayList<StartScript.Bind>();
        for (var file : image.files()) {
            var path = folder.resolve(Integer.toString(binds.size()));
            try {
                Files.createDirectories(folder);
                Files.writeString(path, file.text());
                Files.setPosixFilePermissions(
                        path,
                        PosixFilePermissions.fromString(
                                file.executable() ? "rwxr-xr-x" : "rw-r--r--"));
            } catch (IOException e) {
                throw new ProblemException(
                        Problem.of(
                                "file " + path,
                                String.valueOf(e),
                                "see that the state folder can be written"),
                        e);
            }
            binds.add(new StartScript.Bind(path.toString(), file.path(), true, true));
        }
        image.mounts()
                .forEach((target, source) -> {
                    var path = Path.of(source);
                    if (!Files.exists(path)) {
                        throw new ProblemException(
                                Problem.of(
                                        "image's " + target,
                                        "it is mapped to "
                                                + source
                                                + ", which is not on this machine",
                                        "create it, or map the image again (serin image map IMAGE …"
                                                + " --mount FOLDER:"
                                                + target
                                                + ")"));
                    }
                    binds.add(
                            new StartScript.Bind(source, target, true, Files.isRegularFile(path)));
                });
        return binds;
    }
}
