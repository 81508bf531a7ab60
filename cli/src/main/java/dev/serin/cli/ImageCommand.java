package dev.serin.cli;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;
import dev.serin.local.image.ImageCatalogue;
import dev.serin.local.image.ImageMapping;
import dev.serin.local.image.ImageMappings;
import dev.serin.local.image.ImageReference;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// `serin image`: which image name runs as what on this machine.
@Command(
        name = "image",
        description = {
            "On one machine an image is a name in a catalogue: it runs as a program of this"
                    + " machine.",
            "",
            "  serin image map example.org/me/model --as tensorflow/serving --env"
                    + " MODEL_NAME=digits --mount ./my-model:/models/digits",
            "  serin image map example.org/me/notebook --command jupyter-notebook --command"
                    + " --no-browser",
            ""
        })
final class ImageCommand implements Runnable {
    private final Console console;

    ImageCommand(Console console) {
        this.console = console;
    }

    @Override
    public void run() {
        console.say("serin image list | map | unmap (see --help)");
    }

    @Command(name = "list", description = "Lists what can run: built in, and mapped by you.")
    void list(@Mixin MeshOption mesh) {
        var mappings = new ImageMappings(mesh.home().images());
        var format = "%-60s %s";
        console.print(format.formatted("IMAGE", "RUNS AS"));
        new ImageCatalogue(mappings, List.of())
                .builtIn()
                .forEach(image -> console.print(format.formatted(image, "built in")));
        for (var mapping : mappings.list()) {
            var as = mapping.as();
            console.print(
                    format.formatted(
                            mapping.image().familiar(),
                            as == null ? String.join(" ", mapping.command()) : "as " + as));
        }
    }

    @Command(name = "map", description = "Says what an image runs as; replaces an earlier mapping.")
    void map(
            @Mixin MeshOption mesh,
            @Parameters(paramLabel = "IMAGE") String image,
            @Option(
                            names = "--as",
                            paramLabel = "IMAGE",
                            description = "the same as a built-in image")
                    @Nullable String as,
            @Option(
                            names = "--command",
                            paramLabel = "WORD",
                            description = "a program of this machine; once for each word")
                    @Nullable List<String> command,
            @Option(names = "--env", paramLabel = "NAME=VALUE")
                    @Nullable Map<String, String> environment,
            @Option(
                            names = "--mount",
                            paramLabel = "FOLDER:PATH",
                            description =
                                    "a folder of this machine that is at PATH in the image, as its"
                                            + " model")
                    @Nullable List<String> mounts,
            @Option(names = "--workdir", paramLabel = "FOLDER") @Nullable String workdir)
            throws IOException {
        if ((as == null) == (command == null)) {
            throw new ProblemException(
                    new Problem(
                            "serin image map " + image,
                            as == null ? "neither --as nor --command" : "both --as and --command",
                            "one of them",
                            "for a model: --as tensorflow/serving; for a program: --command NAME"));
        }
        var file = mesh.home().images();
        Files.createDirectories(file.toAbsolutePath().getParent());
        new ImageMappings(file)
                .map(
                        new ImageMapping(
                                ImageReference.parse(image),
                                command == null ? List.of() : command,
                                as,
                                environment == null ? Map.of() : environment,
                                workdir,
                                mounts(mounts == null ? List.of() : mounts)));
        console.print(image + " is mapped");
    }

    /// Path in the image → what of this machine is there.
    private static Map<String, String> mounts(List<String> given) {
        var mounts = new TreeMap<String, String>();
        for (var one : given) {
            var colon = one.lastIndexOf(':');
            var source = Path.of(one.substring(0, Math.max(colon, 0))).toAbsolutePath().normalize();
            var target = one.substring(colon + 1);
            if (colon < 1 || !target.startsWith("/")) {
                throw new ProblemException(
                        new Problem(
                                "--mount " + one,
                                colon < 1 ? "no folder before a colon" : "'" + target + "'",
                                "FOLDER:PATH, where PATH is absolute, in the image",
                                "for a model: --mount ./my-model:/models/NAME"));
            }
            if (!Files.exists(source)) {
                throw new ProblemException(
                        Problem.of(
                                "--mount " + one,
                                source + " is not on this machine",
                                "create it, or correct the path"));
            }
            mounts.put(target, source.toString());
        }
        return mounts;
    }

    @Command(name = "unmap", description = "Forgets a mapping.")
    void unmap(@Mixin MeshOption mesh, @Parameters(paramLabel = "IMAGE") String image) {
        new ImageMappings(mesh.home().images()).unmap(ImageReference.parse(image));
        console.print(image + " is not mapped any more");
    }
}
