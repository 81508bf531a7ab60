package dev.serin.cli;

import java.io.PrintStream;

/// What the person sees: results on standard output, progress and problems on standard error.
public record Console(PrintStream out, PrintStream err) {
    /// A result, that a script may read.
    public void print(String line) {
        out.println(line);
    }

    /// Progress, for people.
    public void say(String line) {
        err.println(line);
    }

    public void problem(String text) {
        err.println("serin: " + text);
    }
}
