package dev.serin.local.host;

import dev.serin.testkit.Child;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// A front in a process of its own, to be killed. Arguments: the state folder and the port.
final class FrontAlone {
    private FrontAlone() {}

    public static void main(String[] arguments) {
        var front = front(Path.of(arguments[0]), arguments[1], System.out::println);
        Signals.onEnd(front::stop);
        Runtime.getRuntime().halt(front.run());
    }

    static Front front(Path state, String port, java.util.function.Consumer<String> print) {
        var command = new ArrayList<>(Child.java(SupervisorInside.class));
        command.addAll(List.of(port));
        return new Front(
                new Front.Start(
                        "test", state, command, Map.of(), Inside.isRoot(), Duration.ofSeconds(5)),
                Inside.programs(),
                print);
    }
}
