package dev.serin.cli;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;
import dev.serin.cli.sidecar.BrokerCommand;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.ScopeType;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// Where every role of the product starts: `serin COMMAND`. What goes wrong becomes a text and an
/// exit code here and nowhere else: 0 done, 1 a problem with what was given or found, 2 wrong
/// usage, 70 a fault of ours.
@Command(
        name = "serin",
        scope = ScopeType.INHERIT,
        mixinStandardHelpOptions = true,
        versionProvider = VersionCommand.Provider.class,
        synopsisSubcommandLabel = "COMMAND",
        usageHelpAutoWidth = true,
        description = "A service mesh for machine learning in production.",
        subcommands = {HelpCommand.class})
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        var code = run(new Console(System.out, System.err), args);
        if (code != 0) {
            System.exit(code);
        }
    }

    /// Runs one command and answers its exit code.
    static int run(Console console, String... args) {
        try {
            var code = role(console, List.of(args));
            if (code != null) {
                return code;
            }
        } catch (Exception e) {
            return failed(console, e);
        }
        var line = new CommandLine(new Main());
        // First: the streams and the handlers below are those of the commands that are there.
        Commands.addTo(line, console);
        line.setOut(new PrintWriter(console.out(), true, StandardCharsets.UTF_8));
        line.setErr(new PrintWriter(console.err(), true, StandardCharsets.UTF_8));
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setParameterExceptionHandler(Main::usage);
        line.setExecutionExceptionHandler((failure, _, _) -> failed(console, failure));
        return line.execute(args);
    }

    /// The roles whose words are not for picocli: of `serve` because they are TensorFlow Serving's,
    /// of the others because it takes a third of a second to get ready.
    private static @Nullable Integer role(Console console, List<String> args) throws Exception {
        if (args.isEmpty() || args.contains("--help")) {
            return null;
        }
        return switch (args.getFirst()) {
            case "serve" -> ServeCommand.serve(console, args.subList(1, args.size()));
            case "front" -> FrontCommand.run(args.subList(1, args.size()), console);
            case "supervisor" -> SupervisorCommand.supervise(args.subList(1, args.size()));
            case "broker" -> BrokerCommand.run(args.subList(1, args.size()), console::problem);
            case "proxy" -> ProxyCommand.plain(console, args.subList(1, args.size()));
            default -> null;
        };
    }

    private static int usage(CommandLine.ParameterException failure, String[] args) {
        var line = failure.getCommandLine();
        line.getErr().println("serin: " + failure.getMessage());
        CommandLine.UnmatchedArgumentException.printSuggestions(failure, line.getErr());
        line.getErr()
                .println(
                        "cure: "
                                + line.getCommandSpec().qualifiedName()
                                + " --help shows what it takes");
        return 2;
    }

    private static int failed(Console console, Exception failure) {
        if (failure instanceof ProblemException problems) {
            problems.problems().stream().map(Problem::text).forEach(console::problem);
            return 1;
        }
        console.problem("a fault of Serin's own, not of yours: " + failure);
        failure.printStackTrace(console.err());
        return 70;
    }
}
