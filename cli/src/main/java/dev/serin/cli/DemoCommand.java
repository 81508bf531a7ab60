package dev.serin.cli;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;
import dev.serin.base.text.Nearest;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Unmatched;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/// `serin demo`: the examples that come with the product, and one of them run by `serin up -f`.
@Command(
        name = "demo",
        description = {
            "Lists the examples, or starts a mesh with one of them in it. Takes the options of"
                    + " `serin up`.",
            "",
            "  serin demo",
            "  serin demo canary --detach",
            ""
        })
final class DemoCommand implements Callable<Integer> {
    private final Console console;

    @Spec private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "EXAMPLE", arity = "0..1", description = "one of those listed")
    private @Nullable String name;

    @Unmatched private List<String> more = new ArrayList<>();

    DemoCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        var examples = examples(folder());
        if (name == null && !more.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(), "Unknown option: '" + more.getFirst() + "'");
        }
        return name == null ? list(examples) : run(find(examples, name));
    }

    private int list(List<Example> examples) {
        for (var example : examples) {
            console.print("%-12s %s".formatted(example.name(), example.title()));
            console.print(
                    "%-12s %s"
                            .formatted(
                                    "",
                                    example.runs()
                                            ? "serin demo " + example.name()
                                            : "see " + example.folder().resolve("README.md")));
        }
        return 0;
    }

    private int run(Example example) {
        if (!example.runs()) {
            throw new ProblemException(
                    Problem.of(
                            "example " + example.name(),
                            "is more than one command",
                            "follow " + example.folder().resolve("README.md")));
        }
        console.say(example.title() + ": " + example.folder().resolve("README.md"));
        var words = new ArrayList<>(List.of("up", "-f", example.folder().toString()));
        words.addAll(more);
        return spec.root().commandLine().execute(words.toArray(String[]::new));
    }

    private static Example find(List<Example> examples, String name) {
        var names = examples.stream().map(Example::name).toList();
        return examples.stream()
                .filter(e -> e.name().equals(name))
                .findFirst()
                .orElseThrow(() ->
                        new ProblemException(
                                new Problem(
                                        "example",
                                        "'" + name + "'",
                                        "one of " + String.join(", ", names),
                                        near(name, names))));
    }

    private static @Nullable String near(String name, List<String> names) {
        var near = Nearest.to(name, names);
        return near == null ? null : "serin demo " + near;
    }

    /// Every folder that has a README, by name.
    private static List<Example> examples(Path folder) throws IOException {
        try (var folders = Files.list(folder)) {
            var all = new ArrayList<Example>();
            for (var each : folders.sorted().toList()) {
                var readme = each.resolve("README.md");
                if (Files.exists(readme)) {
                    try (var lines = Files.lines(readme)) {
                        var title = lines.findFirst().orElse("").replaceFirst("^#+ *", "");
                        var name = String.valueOf(each.getFileName());
                        all.add(new Example(name, title, each, Files.exists(each.resolve("url"))));
                    }
                }
            }
            return all;
        }
    }

    /// The launcher says where they are; they lie beside it.
    private static Path folder() {
        var given = System.getenv().getOrDefault("SERIN_EXAMPLES", "");
        var folder = Path.of(given.isEmpty() ? "examples" : given);
        if (!Files.isDirectory(folder)) {
            throw new ProblemException(
                    Problem.of(
                            "examples",
                            "not at " + folder.toAbsolutePath(),
                            "name their folder in SERIN_EXAMPLES"));
        }
        return folder;
    }

    /// @param runs whether `serin up -f` on the folder is all there is to it: such a one says where
    ///   its request goes, in the file `url`
    private record Example(String name, String title, Path folder, boolean runs) {}
}
