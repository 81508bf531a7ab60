package dev.serin.cli.sidecar;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// How this product starts a process of its own in another role: the script and the Java that the
/// launcher chose.
///
/// @param run `dist/run`
/// @param java the folder of the JDK
public record Distribution(String run, String java) {
    /// @throws ProblemException if this process was not started by the launcher
    public static Distribution of(Map<String, String> environment) {
        var dist = environment.get("SERIN_DIST");
        var java = environment.get("SERIN_JAVA");
        if (dist == null || java == null) {
            throw new ProblemException(
                    Problem.of("SERIN_DIST", "not set", "start Serin by its launcher, ./serin"));
        }
        return new Distribution(dist + "/run", java);
    }

    /// Whether the virtual machine records what this process does, to start faster from then on.
    public static boolean isRecorded(Map<String, String> environment) {
        return !environment.getOrDefault("SERIN_AOT_RECORD", "").isEmpty();
    }

    /// The command line of `serin ARGUMENTS`.
    public List<String> command(String... arguments) {
        var command = new ArrayList<>(List.of(run, java));
        command.addAll(List.of(arguments));
        return List.copyOf(command);
    }
}
