package dev.serin.conformance.kubernetes;

import dev.serin.testkit.Child;
import dev.serin.testkit.Eventually;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/// The local API in a process of its own, with the options that the product gives it.
final class LocalProcess implements Kubernetes {
    /// As the supervisor's in the distribution's `run`.
    private static final List<String> OPTIONS =
            List.of(
                    "-Xmx256m",
                    "-Xms40m",
                    "-Xmn16m",
                    "-XX:SurvivorRatio=4",
                    "-XX:MaxTenuringThreshold=1",
                    "-XX:TieredStopAtLevel=1",
                    "-XX:+UseSerialGC");

    private final Process process;
    private final List<String> told;

    LocalProcess(Path folder) throws IOException {
        Files.createDirectories(folder);
        var command = new ArrayList<>(Child.java(LocalProcess.class));
        command.addAll(1, OPTIONS);
        command.add(folder.toString());
        var log = folder.resolve("log").toFile();
        process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log).start();
        var ready = folder.resolve("ready");
        Eventually.eventually(Duration.ofSeconds(30), "the API is up", () -> Files.exists(ready));
        told = List.of(Files.readString(ready).split("\n", 2));
    }

    /// In the other process: opens the API, says where, and stays.
    public static void main(String[] args) {
        Child.ended(() -> {
            var folder = Path.of(args[0]);
            var api = new LocalKubernetes(folder);
            var half = Files.writeString(folder.resolve("half"), api.url() + "\n" + api.rootPem());
            Files.move(half, folder.resolve("ready"));
            new CountDownLatch(1).await();
        });
    }

    @Override
    public String name() {
        return "local";
    }

    @Override
    public String url() {
        return told.getFirst();
    }

    @Override
    public String rootPem() {
        return told.getLast();
    }

    @Override
    public void close() {
        Child.end(process);
    }
}
