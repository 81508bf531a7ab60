package dev.serin.cli;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.nio.file.Files;
import java.util.concurrent.Callable;

/// `serin kubeconfig`.
@Command(
        name = "kubeconfig",
        description = {
            "Prints the kubeconfig of a mesh, for kubectl and every other client.",
            "Use it by: export KUBECONFIG=\"$(serin kubeconfig --path)\""
        })
final class KubeconfigCommand implements Callable<Integer> {
    private final Console console;

    @Mixin private MeshOption mesh = new MeshOption();

    @Option(names = "--path", description = "Prints where the file is instead of what is in it.")
    private boolean path;

    KubeconfigCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        var file = mesh.home().kubeconfig();
        if (!Files.exists(file)) {
            throw new ProblemException(
                    Problem.of(
                            "mesh '" + mesh.home().name() + "'",
                            "has never been up: there is no " + file,
                            "start it by `serin up`"));
        }
        console.print(path ? file.toString() : Files.readString(file).strip());
        return 0;
    }
}
