package dev.serin.cli;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;
import dev.serin.local.api.KubeconfigFile;

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
            "Use it by: export KUBECONFIG=\"$(serin kubeconfig --path)\"",
            "or once and for all, beside the contexts that you have: serin kubeconfig --merge",
            ""
        })
final class KubeconfigCommand implements Callable<Integer> {
    private final Console console;

    @Mixin private MeshOption mesh = new MeshOption();

    @Option(names = "--path", description = "Prints where the file is instead of what is in it.")
    private boolean path;

    @Option(
            names = "--merge",
            description =
                    "Takes it over into the file that kubectl uses ($KUBECONFIG, else"
                            + " ~/.kube/config), as the current context.")
    private boolean merge;

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
        if (merge) {
            var own = KubeconfigFile.of(System.getenv());
            var context = own.merge(Files.readString(file));
            console.say(own.path() + ": context " + context + " is there, and current");
            return 0;
        }
        console.print(path ? file.toString() : Files.readString(file).strip());
        return 0;
    }
}
