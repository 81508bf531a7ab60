package dev.serin.cli;

import picocli.CommandLine;

/// The table of commands: a new one is a class and a line here.
final class Commands {
    private Commands() {}

    static void addTo(CommandLine line, Console console) {
        line.addSubcommand(new VersionCommand(console));
    }
}
