package dev.serin.cli.prepare;

import dev.serin.cli.Console;
import dev.serin.cli.sidecar.Distribution;
import dev.serin.modelserver.ServeMain;

import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;

/// `serin prepare`: does once, after a build, what would be slow at every start.
@Command(name = "prepare", hidden = true, description = "Unpacks and learns; run by the build.")
public final class PrepareCommand implements Callable<Integer> {
    private final Console console;

    @Parameters(paramLabel = "EXAMPLE", description = "the folder of a mesh to learn from")
    private Path example = Path.of("");

    public PrepareCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        ServeMain.prepare(System.getenv(), console::say);
        var distribution = Distribution.of(System.getenv());
        new Training(distribution, example.toAbsolutePath(), console::say).run();
        return 0;
    }
}
