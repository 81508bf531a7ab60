package dev.serin.local.capture;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;
import dev.serin.local.host.Programs;

import org.jspecify.annotations.Nullable;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Runs the program that loads packet rules, in a network namespace.
record Tool(Programs programs) {
    /// Loads `rules`; a failure names the program, its words and the cure.
    ///
    /// @param namespace null for the caller's own
    void load(@Nullable Path namespace, List<String> command, String rules) {
        var words = new ArrayList<String>();
        if (namespace != null) {
            words.add("nsenter");
            words.add("--net=" + namespace);
        }
        words.addAll(command);
        var ended = programs.run(words, rules);
        if (ended.code() != 0) {
            throw new ProblemException(
                    new Problem(
                            "packet rules of "
                                    + (namespace == null ? "the mesh" : namespace.getFileName()),
                            command.getFirst()
                                    + " ended with "
                                    + ended.code()
                                    + ": "
                                    + ended.output().strip(),
                            null,
                            ended.output().contains("Operation not permitted")
                                    ? "run as root, or where user namespaces may be made"
                                    : "see that the kernel has nf_tables and nf_nat (as root:"
                                            + " modprobe nf_tables nf_nat)"));
        }
    }
}
