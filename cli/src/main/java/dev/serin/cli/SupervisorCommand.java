package dev.serin.cli;

import dev.serin.cli.mesh.Distribution;
import dev.serin.cli.mesh.Supervisor;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.nio.file.Path;
import java.util.concurrent.Callable;

/// `serin supervisor`: what `serin up` starts inside the mesh's namespaces; not for people.
@Command(name = "supervisor", hidden = true, description = "Runs a mesh, started by `serin up`.")
final class SupervisorCommand implements Callable<Integer> {
    @Mixin private MeshOption mesh = new MeshOption();

    @Option(names = "--socket", required = true, paramLabel = "PATH", description = "the front's")
    private Path socket = Path.of("");

    @Override
    public Integer call() throws Exception {
        var distribution = Distribution.of(System.getenv());
        return new Supervisor(mesh.home(), distribution, socket).run();
    }
}
