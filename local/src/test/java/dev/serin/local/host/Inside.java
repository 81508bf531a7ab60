package dev.serin.local.host;

import dev.serin.testkit.Child;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Runs the main method of a class in namespaces of its own, as the front starts the supervisor.
/// Fails, with what it printed, unless it ends with 0; also where namespaces are not allowed.
public final class Inside {
    private Inside() {}

    public static String run(Class<?> main, String... arguments) throws Exception {
        var programs = programs();
        var unshare = new Unshare(programs, isRoot());
        unshare.check();
        var command = new ArrayList<>(Child.java(main));
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(unshare.command(command));
        builder.environment().put("PATH", programs.path());
        return Child.run(Duration.ofSeconds(60), builder);
    }

    public static Programs programs() {
        return new Programs(System.getenv("PATH"), Duration.ofSeconds(20));
    }

    public static boolean isRoot() {
        return System.getProperty("user.name").equals("root");
    }
}
