package dev.serin.local.image;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;
import dev.serin.base.text.Nearest;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// The images that this machine can run: those built in, and those that a person mapped. The file
/// of the mappings is read each time, so that `serin image map` is felt at once. Safe for any
/// thread.
public final class ImageCatalogue implements Images {
    /// As the notebook images start: on all of the pod's addresses, as whoever runs the container.
    private static final Image NOTEBOOK =
            Image.Program.ofMachine(
                    List.of(
                            "jupyter-notebook",
                            "--ip=0.0.0.0",
                            "--port=8888",
                            "--no-browser",
                            "--allow-root"));

    private final ImageMappings mappings;
    private final Map<ImageReference, Image> builtIn;

    /// @param mappings what a person mapped
    /// @param server the command that starts the product's model server
    public ImageCatalogue(ImageMappings mappings, List<String> server) {
        this(mappings, server, new Image.Sidecar());
    }

    /// @param proxy what stands for the mesh's proxy
    public ImageCatalogue(ImageMappings mappings, List<String> server, Image proxy) {
        this.mappings = mappings;
        this.builtIn = builtIn(server, proxy);
    }

    private static Map<ImageReference, Image> builtIn(List<String> server, Image proxy) {
        var all =
                new TreeMap<ImageReference, Image>(Comparator.comparing(ImageReference::toString));
        put(all, "tensorflow/serving", ServingImage.by(server));
        put(all, "istio/proxyv2", proxy);
        put(all, "auto", proxy);
        put(all, "istio/pilot", new Image.Sidecar());
        put(all, "curlimages/curl", Image.Program.ofMachine(List.of("curl")));
        put(all, "busybox", Image.Program.ofMachine(List.of("sh")));
        put(all, "alpine", Image.Program.ofMachine(List.of("/bin/sh")));
        put(all, "debian", Image.Program.ofMachine(List.of("bash")));
        put(all, "ubuntu", Image.Program.ofMachine(List.of("bash")));
        put(all, "python", Image.Program.ofMachine(List.of("python3")));
        put(all, "jupyter/base-notebook", NOTEBOOK);
        put(all, "jupyter/minimal-notebook", NOTEBOOK);
        return all;
    }

    private static void put(Map<ImageReference, Image> all, String name, Image entry) {
        all.put(ImageReference.parse(name), entry);
    }

    /// Never throws: a name that can't be one, or a mapping that can't be read, is an unknown image
    /// with its problem.
    @Override
    public Image resolve(String image) {
        ImageReference wanted;
        List<ImageMapping> mapped;
        try {
            wanted = ImageReference.parse(image);
            mapped = mappings.list();
        } catch (ProblemException e) {
            return new Image.Unknown(e.problems().getFirst());
        }
        var best =
                mapped.stream()
                        .filter(m -> m.image().covers(wanted))
                        .max(Comparator.comparingInt(m -> m.image().exactness()));
        if (best.isPresent()) {
            return entry(best.get());
        }
        var entry = builtIn(wanted);
        return entry == null ? new Image.Unknown(unknown(wanted, mapped)) : entry;
    }

    /// What can be run without a mapping.
    public List<String> builtIn() {
        return builtIn.keySet().stream().map(ImageReference::familiar).toList();
    }

    private @Nullable Image builtIn(ImageReference wanted) {
        return builtIn.entrySet().stream()
                .filter(e -> e.getKey().covers(wanted))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(null);
    }

    private Image entry(ImageMapping mapping) {
        var name = mapping.image().toString();
        var as = mapping.as();
        if (as == null) {
            return new Image.Program(
                    mapping.command(),
                    List.of(),
                    mapping.environment(),
                    mapping.workingDir(),
                    Map.of(),
                    List.of(),
                    mapping.mounts());
        }
        return switch (builtIn(ImageReference.parse(as))) {
            case null ->
                    new Image.Unknown(
                            new Problem(
                                    "image " + name,
                                    "mapped to '" + as + "', which is not built in",
                                    "one of " + builtIn(),
                                    "serin image map " + name + " --as tensorflow/serving"));
            case Image.Program p -> {
                var environment = new TreeMap<>(p.environment());
                environment.putAll(mapping.environment());
                var workingDir =
                        mapping.workingDir() == null ? p.workingDir() : mapping.workingDir();
                yield new Image.Program(
                        p.entrypoint(),
                        p.arguments(),
                        environment,
                        workingDir,
                        p.commands(),
                        p.files(),
                        mapping.mounts());
            }
            case Image other -> other;
        };
    }

    private Problem unknown(ImageReference wanted, List<ImageMapping> mapped) {
        var known = new ArrayList<>(builtIn());
        mapped.forEach(m -> known.add(m.image().toString()));
        var near = Nearest.to(wanted.familiar(), known);
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
