package dev.serin.cli;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;

import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.util.concurrent.Callable;

/// `serin completion`.
@Command(
        name = "completion",
        description = {
            "Prints what makes a shell complete serin's commands and options.",
            "",
            "  source <(serin completion bash)      # for ever: in ~/.bashrc",
            "  source <(serin completion zsh)       # for ever: in ~/.zshrc, after compinit",
            ""
        })
final class CompletionCommand implements Callable<Integer> {
    private final Console console;

    @Spec private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "SHELL", description = "bash or zsh")
    private String shell = "";

    CompletionCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        // picocli's script asks zsh to understand bash's way, so that one text serves both.
        if (!shell.equals("bash") && !shell.equals("zsh")) {
            throw new ProblemException(
                    new Problem("shell", "'" + shell + "'", "bash or zsh", null));
        }
        console.print(AutoComplete.bash("serin", spec.root().commandLine()));
        return 0;
    }
}
