package dev.serin.cli;

import dev.serin.cli.prepare.PrepareCommand;

import picocli.CommandLine;

/// The table of commands: a new one is a class and a line here.
final class Commands {
    private Commands() {}

    static void addTo(CommandLine line, Console console) {
        line.addSubcommand(new UpCommand(console));
        line.addSubcommand(new DemoCommand(console));
        line.addSubcommand(new DownCommand(console));
        line.addSubcommand(new ListCommand(console));
        line.addSubcommand(new KubeconfigCommand(console));
        line.addSubcommand(new ValidateCommand(console));
        line.addSubcommand(new ImageCommand(console));
        line.addSubcommand(new ServeCommand());
        line.addSubcommand(new ProxyCommand(console));
        line.addSubcommand(new CompletionCommand(console));
        line.addSubcommand(new VersionCommand(console));
        line.addSubcommand(new PrepareCommand(console));
    }
}
