package dev.serin.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/// `serin version`.
@Command(name = "version", description = "Prints the version, and the Java that runs it.")
final class VersionCommand implements Runnable {
    static final String VERSION = "0.1.0";

    private final Console console;

    VersionCommand(Console console) {
        this.console = console;
    }

    @Override
    public void run() {
        console.print("serin " + VERSION + " (Java " + Runtime.version() + ")");
    }

    /// For `--version`.
    static final class Provider implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"serin " + VERSION};
        }
    }
}
