package dev.serin.local.image;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// The images that this machine can run: those built in, and those that a person mapped. The file
/// of the mappings is read each time, so that `serin image map` is felt at once. Safe for any
/// thread.
public final class ImageCatalogue {
    private final ImageMappings mappings;
    private final Map<ImageReference, ImageEntry> builtIn;

    /// @param mappings what a person mapped
    /// @param server the command that starts the product's model server
    public ImageCatalogue(ImageMappings mappings, List<String> server) {
        this.mappings = mappings;
        this.builtIn = builtIn(server);
    }

    private static Map<ImageReference, ImageEntry> builtIn(List<String> server) {
        var all =
                new TreeMap<ImageReference, ImageEntry>(
                        Comparator.comparing(ImageReference::toString));
        put(all, "tensorflow/serving", ServingImage.by(server));
        put(all, "istio/proxyv2", new ImageEntry.Sidecar());
        put(all, "auto", new ImageEntry.Sidecar());
        put(all, "istio/pilot", new ImageEntry.ControlPlane());
        put(all, "curlimages/curl", new ImageEntry.Host(List.of("curl")));
        put(all, "busybox", new ImageEntry.Host(List.of("sh")));
        put(all, "alpine", new ImageEntry.Host(List.of("/bin/sh")));
        put(all, "debian", new ImageEntry.Host(List.of("bash")));
        put(all, "ubuntu", new ImageEntry.Host(List.of("bash")));
        put(all, "python", new ImageEntry.Host(List.of("python3")));
        return all;
    }

    private static void put(Map<ImageReference, ImageEntry> all, String name, ImageEntry entry) {
        all.put(ImageReference.parse(name), entry);
    }

    /// What an image is here.
    public sealed interface Resolution {
        /// @param by the name in the catalogue that covered it
        record Known(ImageEntry entry, String by) implements Resolution {}

        /// The problem's cure is the line that maps it.
        record Unknown(Problem problem) implements Resolution {}
    }

    /// Never throws: a name that can't be one, or a mapping that can't be read, is an unknown image
    /// with its problem.
    public Resolution resolve(String image) {
        ImageReference wanted;
        List<ImageMapping> mapped;
        try {
            wanted = ImageReference.parse(image);
            mapped = mappings.list();
        } catch (ProblemException e) {
            return new Resolution.Unknown(e.problems().getFirst());
        }
        var best =
                mapped.stream()
                        .filter(m -> m.image().covers(wanted))
                        .max(Comparator.comparingInt(m -> m.image().exactness()));
        if (best.isPresent()) {
            return entry(best.get());
        }
        var entry = builtIn(wanted);
        return entry == null
                ? new Resolution.Unknown(unknown(wanted, mapped))
                : new Resolution.Known(entry, wanted.familiar());
    }

    /// What can be run without a mapping.
    public List<String> builtIn() {
        return builtIn.keySet().stream().map(ImageReference::familiar).toList();
    }

    private @Nullable ImageEntry builtIn(ImageReference wanted) {
        return builtIn.entrySet().stream()
                .filter(e -> e.getKey().covers(wanted))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(null);
    }

    private Resolution entry(ImageMapping mapping) {
        var name = mapping.image().toString();
        var as = mapping.as();
        if (as == null) {
            return new Resolution.Known(
                    new ImageEntry.Program(
                            mapping.command(),
                            List.of(),
                            mapping.environment(),
                            mapping.workingDir(),
                            Map.of(),
                            List.of(),
                            mapping.mounts()),
                    name);
        }
        return switch (builtIn(ImageReference.parse(as))) {
            case null ->
                    new Resolution.Unknown(
                            new Problem(
                                    "image " + name,
                                    "mapped to '" + as + "', which is not built in",
                                    "one of " + builtIn(),
                                    "serin image map " + name + " --as tensorflow/serving"));
            case ImageEntry.Program p -> {
                var environment = new TreeMap<>(p.environment());
                environment.putAll(mapping.environment());
                var workingDir =
                        mapping.workingDir() == null ? p.workingDir() : mapping.workingDir();
                yield new Resolution.Known(
                        new ImageEntry.Program(
                                p.entrypoint(),
                                p.cmd(),
                                environment,
                                workingDir,
                                p.commands(),
                                p.files(),
                                mapping.mounts()),
                        name);
            }
            case ImageEntry other -> new Resolution.Known(other, name);
        };
    }

    private Problem unknown(ImageReference wanted, List<ImageMapping> mapped) {
        var known = new ArrayList<>(builtIn());
        mapped.forEach(m -> known.add(m.image().toString()));
        var near = Nearest.of(wanted.familiar(), known);
        // By repository: so the line holds for the next tag and digest too.
        return new Problem(
                "image " + wanted,
                "not in the image catalogue"
                        + (near == null ? "" : " (did you mean " + near + "?)"),
                null,
                "serin image map "
                        + wanted.familiar()
                        + " --as tensorflow/serving --env MODEL_NAME=NAME --mount"
                        + " FOLDER:/models/NAME, or --command PROGRAM [--command WORD …]");
    }
}
