package dev.serin.cli;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;
import dev.serin.cli.mesh.MeshHome;
import dev.serin.cli.mesh.Supervisor;
import dev.serin.cli.sidecar.Distribution;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// `serin supervisor --mesh NAME --sidecars shared|process --egress on|off --socket PATH`: what
/// `serin up` starts inside the mesh's namespaces; not for people, and not in the table of
/// commands.
final class SupervisorCommand {
    private SupervisorCommand() {}

    /// Runs a mesh to its end, and answers the exit code.
    ///
    /// @param words after `supervisor`, in this order
    static int supervise(List<String> words) throws IOException {
        if (words.size() != 8
                || !words.get(0).equals("--mesh")
                || !words.get(2).equals("--sidecars")
                || !words.get(4).equals("--egress")
                || !words.get(6).equals("--socket")) {
            throw new ProblemException(
                    Problem.of("serin supervisor", "it is not for people", "start `serin up`"));
        }
        var home = MeshHome.of(words.get(1), System.getenv());
        var distribution = Distribution.of(System.getenv());
        var shared = words.get(3).equals("shared");
        var egress = words.get(5).equals("on");
        return new Supervisor(home, distribution, shared, egress, Path.of(words.get(7))).run();
    }
}
