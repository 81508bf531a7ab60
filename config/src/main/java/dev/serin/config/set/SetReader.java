package dev.serin.config.set;

import dev.serin.base.Problem;
import dev.serin.config.Resource;
import dev.serin.config.codec.CurrentForm;
import dev.serin.config.codec.Manifest;
import dev.serin.config.codec.ResourceReader;
import dev.serin.config.schema.Schemas;

import tools.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// Reads and checks a set of files as `serin up -f` and `serin validate` take it: everything
/// together, and nothing is taken when anything is wrong.
public final class SetReader {
    // What others need comes first: who applies in this order never waits for the next.
    private static final List<String> ORDER =
            List.of(
                    "Namespace",
                    "ServiceAccount",
                    "Secret",
                    "ConfigMap",
                    "MutatingWebhookConfiguration",
                    "ValidatingWebhookConfiguration",
                    "Service",
                    "Endpoints",
                    "EndpointSlice",
                    "WorkloadEntry",
                    "ServiceEntry",
                    "Sidecar",
                    "Gateway",
                    "DestinationRule",
                    "VirtualService",
                    "Pod",
                    "ReplicaSet",
                    "Deployment");

    private final ResourceReader reader;
    private final CurrentForm current;

    public SetReader(Schemas schemas) {
        this.reader = new ResourceReader(schemas);
        this.current = new CurrentForm(schemas);
    }

    /// A text and what errors call it, such as standard input.
    public record Text(String file, String text) {}

    /// Reads files, and the `.yaml`, `.yml` and `.json` files of folders (not of folders in them).
    /// A JSON file of a folder that is no resource is left alone: it is somebody's data.
    public SetResult read(List<Path> filesOrFolders) {
        var problems = new ArrayList<Problem>();
        var texts = new ArrayList<Text>();
        for (var path : filesOrFolders) {
            try {
                files(path).forEach(file -> add(file, !file.equals(path), texts, problems));
            } catch (IOException e) {
                problems.add(unreadable(path, e));
            }
        }
        if (texts.isEmpty() && problems.isEmpty()) {
            problems.add(
                    Problem.of(
                            String.join(", ", filesOrFolders.stream().map(Path::toString).toList()),
                            "no .yaml file here",
                            "name a file or a folder with manifests"));
        }
        return check(texts, problems);
    }

    /// The same of texts that are at hand.
    public SetResult readTexts(List<Text> texts) {
        return check(texts, List.of());
    }

    private static List<Path> files(Path path) throws IOException {
        if (!Files.isDirectory(path)) {
            return List.of(path);
        }
        try (var all = Files.list(path)) {
            return all.filter(f -> f.toString().matches(".*\\.(yaml|yml|json)"))
                    .filter(Files::isRegularFile)
                    .sorted()
                    .toList();
        }
    }

    private static void add(Path file, boolean ofFolder, List<Text> texts, List<Problem> problems) {
        try {
            var text = Files.readString(file);
            var data =
                    ofFolder
                            && file.toString().endsWith(".json")
                            && !text.contains("\"apiVersion\"");
            if (!data) {
                texts.add(new Text(file.toString(), text));
            }
        } catch (CharacterCodingException e) {
            problems.add(Problem.of(file.toString(), "not UTF-8", "save it as UTF-8"));
        } catch (IOException e) {
            problems.add(unreadable(file, e));
        }
    }

    private static Problem unreadable(Path path, IOException e) {
        return Files.notExists(path)
                ? Problem.of(path.toString(), "no such file or folder", "check the path after -f")
                : Problem.of(
                        path.toString(), "cannot be read: " + e.getMessage(), "check its rights");
    }

    private SetResult check(List<Text> texts, List<Problem> before) {
        var problems = new ArrayList<>(before);
        var findings = new ArrayList<Finding>();
        var manifests = new ArrayList<Manifest>();
        for (var text : texts) {
            var read = reader.read(text.file(), text.text());
            problems.addAll(read.problems());
            for (var manifest : read.manifests()) {
                var whole = converted(placed(manifest), findings);
                HostPaths.resolve(whole, findings);
                manifests.add(whole);
            }
        }
        problems.addAll(SetCheck.check(manifests));
        if (!problems.isEmpty()) {
            return new SetResult(List.of(), List.copyOf(problems), List.copyOf(findings));
        }
        findings.addAll(Analyzer.findings(manifests));
        return new SetResult(
                manifests.stream()
                        .map(Manifest::resource)
                        .sorted(Comparator.comparingInt(SetReader::rank))
                        .toList(),
                List.of(),
                List.copyOf(findings));
    }

    private static int rank(Resource resource) {
        var rank = ORDER.indexOf(resource.kind().kind());
        // Unknown to the order: before what uses it, which is mostly workloads.
        return rank < 0 ? ORDER.indexOf("Pod") - 1 : rank;
    }

    /// The manifest with the namespace that Kubernetes would put it in.
    private static Manifest placed(Manifest manifest) {
        var resource = manifest.resource();
        if (!resource.kind().namespaced() || !resource.namespace().isEmpty()) {
            return manifest;
        }
        if (resource.body().path("metadata") instanceof ObjectNode metadata) {
            // The body was read just now and nobody else has seen it.
            metadata.put("namespace", "default");
        }
        return manifest;
    }

    private Manifest converted(Manifest manifest, List<Finding> findings) {
        var converted = current.of(manifest.resource());
        for (var warning : converted.warnings()) {
            findings.add(
                    new Finding(
                            "old-version",
                            manifest.problem(
                                    "apiVersion",
                                    warning,
                                    null,
                                    "write apiVersion: " + manifest.schema().replacement())));
        }
        return manifest.with(converted.resource(), converted.schema());
    }
}
