package dev.serin.conformance.recorded;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// Runs recorded commands as they stand, by bash, in a folder with the files that they name. The
/// `kubectl` that they find is the one of the record's version, where the machine has several.
final class Shell {
    private final Path home;
    private final Path work;
    private final String url;
    private final Map<String, String> words = new LinkedHashMap<>();

    /// @param files what the commands name
    /// @param root the certificate authority, PEM in base64, for `CA_BUNDLE` in files
    Shell(Path folder, Path files, String url, String root) throws IOException {
        this.home = folder.resolve("home");
        this.work = folder.resolve("work/files");
        this.url = url;
        Files.createDirectories(home);
        copy(files, root);
        var bin = Files.createDirectories(folder.resolve("bin"));
        for (var version : new String[] {"", "-1.30", "-1.31", "-1.33"}) {
            var script = bin.resolve("kubectl" + version);
            // Under the name that the records have: it is how kubectl calls itself.
            Files.writeString(
                    script, "#!/bin/bash\nexec -a kubectl " + program(version) + " \"$@\"\n");
            Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        var curl = bin.resolve("curl");
        Files.writeString(
                curl, "#!/bin/bash\nPATH=${PATH#*:}\nexec curl --silent --max-time 6 \"$@\"\n");
        Files.setPosixFilePermissions(curl, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.writeString(
                home.resolve("kubeconfig"),
                """
                apiVersion: v1
                kind: Config
                current-context: it
                clusters: [{name: it, cluster: {server: "%s"}}]
                contexts: [{name: it, context: {cluster: it, user: it, namespace: demo}}]
                users: [{name: it, user: {}}]
                """
                        .formatted(url));
        for (var port : new String[] {"18080", "18081"}) {
            try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                words.put(port, Integer.toString(free.getLocalPort()));
            }
        }
    }

    private void copy(Path files, String root) throws IOException {
        try (var all = Files.walk(files)) {
            for (var file : all.toList()) {
                var to = work.resolve(files.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(to);
                } else {
                    Files.writeString(to, Files.readString(file).replace("CA_BUNDLE", root));
                }
            }
        }
    }

    /// The program of a version; the machine's only one where it does not have it.
    private static String program(String version) throws IOException {
        var wanted = "kubectl." + (version.isEmpty() ? "1.32" : version.substring(1));
        var path = System.getenv().getOrDefault("PATH", "");
        var found =
                Stream.of(path.split(":", -1))
                        .map(folder -> Path.of(folder, "kubectl"))
                        .filter(Files::isExecutable)
                        .findFirst()
                        .orElseThrow(() -> new IllegalStateException("kubectl is not on the PATH"));
        var beside = found.toRealPath().resolveSibling(wanted);
        return (Files.isExecutable(beside) ? beside : found).toString();
    }

    /// Plays a command, and what ran meanwhile.
    ///
    /// @param secure the port of the API itself
    Outcome run(Transcript transcript, int secure) throws IOException, InterruptedException {
        if (transcript.fresh()) {
            forget(home.resolve(".kube"));
        }
        var out = Files.createTempFile(home, "out", "");
        var err = Files.createTempFile(home, "err", "");
        var process =
                bash(transcript, transcript.command(), secure)
                        .redirectOutput(out.toFile())
                        .redirectError(err.toFile())
                        .start();
        process.getOutputStream().close();
        if (!transcript.meanwhile().isEmpty()) {
            TimeUnit.MILLISECONDS.sleep(700);
            var beside =
                    bash(transcript, transcript.meanwhile(), secure)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start();
            if (!beside.waitFor(10, TimeUnit.SECONDS)) {
                end(beside);
            }
        }
        var bound = transcript.interrupted() > 0 ? 2 : transcript.exit().equals("-2") ? 2 : 8;
        var ended = process.waitFor(bound, TimeUnit.SECONDS);
        if (!ended) {
            end(process);
        }
        return new Outcome(
                ended ? Integer.toString(process.exitValue()) : "interrupted",
                back(Files.readString(out)),
                back(Files.readString(err)));
    }

    private static void end(Process process) throws InterruptedException {
        process.descendants().forEach(ProcessHandle::destroy);
        process.destroy();
        if (!process.waitFor(5, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
        }
    }

    private ProcessBuilder bash(Transcript transcript, String command, int port) {
        var text = command;
        for (var word : words.entrySet()) {
            text = text.replace(word.getKey(), word.getValue());
        }
        text =
                text.replace("http://server:8001", url)
                        .replace("TMPDIR", home.toString())
                        .replace("-keyout <path>", "-keyout ../t.key")
                        .replace("-out <path>", "-out ../t.crt")
                        .replace("https://10.200.0.1:6443", "https://127.0.0.1:" + port)
                        .replace("<rv-1>", transcript.name().contains("future") ? "99999999" : "1")
                        .replace("<uid-1>", "00000000-0000-0000-0000-000000000000");
        var builder = new ProcessBuilder("bash", "-c", text).directory(work.toFile());
        var environment = builder.environment();
        environment.put("PATH", home.resolveSibling("bin") + ":" + environment.get("PATH"));
        environment.put("KUBECONFIG", home.resolve("kubeconfig").toString());
        environment.put("HOME", home.toString());
        environment.put("KUBECTL_EXTERNAL_DIFF", "diff -u -N");
        environment.put("TMPDIR", home.toString());
        environment.put("TZ", "UTC");
        environment.putAll(transcript.environment());
        return builder;
    }

    /// The output in the record's words.
    private String back(String text) {
        var said = text.replace(home.toString(), "TMPDIR");
        for (var word : words.entrySet()) {
            said = said.replace(word.getValue(), word.getKey());
        }
        return said;
    }

    private static void forget(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (var all = Files.walk(folder)) {
            for (var each : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
    }
}
