package dev.serin.cli;

import dev.serin.local.host.FrontClient;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.time.Duration;
import java.util.concurrent.Callable;

/// `serin down`.
@Command(name = "down", description = "Stops a mesh; what is stored stays stored.")
final class DownCommand implements Callable<Integer> {
    private final Console console;

    @Mixin private MeshOption mesh = new MeshOption();

    @Option(
            names = "--grace",
            paramLabel = "SECONDS",
            defaultValue = "10",
            description = "How long pods may take to end (default: ${DEFAULT-VALUE}).")
    private int grace = 10;

    DownCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        var home = mesh.home();
        var client = new FrontClient(home.socket());
        if (client.stop(Duration.ofSeconds(grace), console::say)) {
            console.say("mesh '" + home.name() + "' is down");
        } else {
            console.say("mesh '" + home.name() + "' was not running");
        }
        return 0;
    }
}
