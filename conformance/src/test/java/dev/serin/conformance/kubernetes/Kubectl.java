package dev.serin.conformance.kubernetes;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// The real kubectl against one API, with a home of its own (kubectl caches discovery there).
final class Kubectl {
    private final Path home;
    private final Path kubeconfig;

    Kubectl(Path home, Kubernetes api) {
        this.home = home;
        this.kubeconfig = home.resolve("kubeconfig");
        var root = home.resolve("root.crt");
        var text =
                """
                apiVersion: v1
                kind: Config
                current-context: it
                clusters: [{name: it, cluster: {server: "%s", certificate-authority: "%s"}}]
                users: [{name: it, user: {token: "%s"}}]
                contexts: [{name: it, context: {cluster: it, user: it}}]
                """
                        .formatted(api.url(), root, Kubernetes.TOKEN);
        try {
            Files.createDirectories(home);
            Files.writeString(root, api.rootPem());
            Files.writeString(kubeconfig, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Runs `kubectl ARGUMENTS` in `folder` and waits for its end, a minute at most.
    Outcome run(Path folder, String... arguments) {
        return program(Path.of("kubectl"), folder, arguments);
    }

    /// The same with another program that reads a kubeconfig.
    Outcome program(Path program, Path folder, String... arguments) {
        var command = new ArrayList<>(List.of(program.toString()));
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command).directory(folder.toFile());
        builder.environment().put("KUBECONFIG", kubeconfig.toString());
        builder.environment().put("HOME", home.toString());
        builder.environment().put("KUBECTL_EXTERNAL_DIFF", "diff -u -N");
        builder.environment().put("TZ", "UTC");
        try {
            var out = Files.createTempFile(home, "out", "");
            var err = Files.createTempFile(home, "err", "");
            var process = builder.redirectOutput(out.toFile()).redirectError(err.toFile()).start();
            process.getOutputStream().close();
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IllegalStateException("does not end: " + command);
            }
            return new Outcome(process.exitValue(), text(out), text(err));
        } catch (IOException e) {
            throw new IllegalStateException(program + " could not be run", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static String text(Path file) throws IOException {
        return Files.readString(file, StandardCharsets.UTF_8);
    }

    /// What a command left behind.
    record Outcome(int exit, String out, String err) {
        /// The same with everything replaced that may differ between two APIs that behave the same.
        Outcome normal() {
            return new Outcome(exit, normal(out), normal(err));
        }

        private static String normal(String text) {
            // The real one looks over its address tables from time to time and may tell of it in an
            // event.
            return text.replaceAll("(?m)^.*is not allocated; repairing.*\\R?", "")
                    .replaceAll("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ", "<time>")
                    .replaceAll(
                            "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "<uid>")
                    .replaceAll("10\\.96\\.\\d+\\.\\d+", "<cluster-ip>")
                    .replaceAll("(resourceVersion: )\"\\d+\"", "$1<rv>")
                    .replaceAll("(\"resourceVersion\": )\"\\d+\"", "$1<rv>")
                    .replaceAll("(Resource Version: +)\\d+", "$1<rv>")
                    .replaceAll("kube-api-access-\\w{5}", "kube-api-access-<word>")
                    .replaceAll("made-\\w{5}", "made-<word>")
                    .replaceAll("/tmp/(LIVE|MERGED)-\\d+", "/tmp/$1")
                    .replaceAll(
                            "\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d[.]\\d+ [+]0000", "<time>")
                    .replaceAll(
                            "\\w{3}, \\d\\d \\w{3} \\d{4} \\d\\d:\\d\\d:\\d\\d [+]0000", "<time>")
                    .replaceAll("https://127\\.0\\.0\\.1:\\d+", "<server>")
                    .replaceAll("(?m)\\b\\d+(s|m\\d*s?)(?=\\s|$)", "<age>")
                    .replaceAll("(?m)[ ]+$", "")
                    .replaceAll(" {2,}", "  ");
        }
    }
}
