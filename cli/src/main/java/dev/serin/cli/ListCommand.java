package dev.serin.cli;

import dev.serin.cli.mesh.MeshHome;
import dev.serin.cli.mesh.Summary;
import dev.serin.local.host.MeshLock;

import picocli.CommandLine.Command;

import java.io.IOException;
import java.nio.file.Files;
import java.util.concurrent.Callable;

/// `serin list`.
@Command(name = "list", description = "Lists the meshes of this user on this machine.")
final class ListCommand implements Callable<Integer> {
    private final Console console;

    ListCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        var format = "%-16s %-8s %-9s %-7s %-26s %s";
        console.print(
                format.formatted("NAME", "STATE", "PROCESS", "EGRESS", "GATEWAY", "KUBERNETES"));
        for (var home : MeshHome.all(System.getenv())) {
            var holder = MeshLock.holder(home.state());
            var summary =
                    holder.isPresent() && Files.exists(home.summary())
                            ? Summary.read(home.summary())
                            : Summary.NONE;
            console.print(
                    format.formatted(
                                    home.name(),
                                    holder.isPresent() ? "up" : "down",
                                    holder.map(h -> Long.toString(h.pid())).orElse("-"),
                                    summary.egress(),
                                    summary.gateway(),
                                    summary.kubernetes())
                            .stripTrailing());
        }
        return 0;
    }
}
