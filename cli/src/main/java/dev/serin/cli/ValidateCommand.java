package dev.serin.cli;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;
import dev.serin.config.schema.Schemas;
import dev.serin.config.set.SetReader;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/// `serin validate`.
@Command(
        name = "validate",
        description = {
            "Checks files as `serin up -f` would, all together, and changes nothing.",
            "Each problem names its file, line and field, what was found, what is expected and the"
                    + " cure.",
            "Exit code 0: nothing wrong (warnings may be printed), 1: something is."
        })
final class ValidateCommand implements Callable<Integer> {
    private final Console console;

    @Option(
            names = {"-f", "--file"},
            paramLabel = "PATH",
            description = "A file or folder of YAML or JSON; may be given several times.")
    private List<Path> files = List.of();

    @Parameters(paramLabel = "PATH", arity = "0..*", description = "The same without -f.")
    private List<Path> more = List.of();

    ValidateCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        var paths = new ArrayList<>(files);
        paths.addAll(more);
        if (paths.isEmpty()) {
            throw new ProblemException(
                    Problem.of(
                            "validate", "no file was named", "serin validate -f FILE-OR-FOLDER"));
        }
        var set = new SetReader(Schemas.load()).read(paths);
        set.findings().forEach(f -> console.say("warning: " + f.problem().text()));
        var resources = set.orThrow();
        console.print(
                resources.size()
                        + (resources.size() == 1 ? " resource is" : " resources are")
                        + " valid");
        return 0;
    }
}
