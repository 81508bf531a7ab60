import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/// A running program: a proxy under test, or the backend.
final class Peer implements AutoCloseable {
    private static final long TICK_MICROS = 10_000;
    private static final Pattern COMPILER = Pattern.compile("\\(C[12] Compiler");

    final String name;
    private final Process process;
    private final int port;
    private final long begun;
    private final Path output;

    /// Starts `command`; what it prints goes to a file.
    ///
    /// @param core the only one that it has; below 0 it has all
    Peer(String name, int core, int port, Path folder, List<String> command) throws IOException {
        this.name = name;
        this.port = port;
        this.output = folder.resolve(name + ".out");
        var cores = core < 0 ? "0-" + (Files.readString(Path.of("/proc/cpuinfo")).split("processor\\s*:").length - 2) : Integer.toString(core);
        var words = new ArrayList<>(List.of("taskset", "-c", cores));
        words.addAll(command);
        var builder = new ProcessBuilder(words);
        builder.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()));
        begun = System.nanoTime();
        process = builder.start();
    }

    /// Waits until it takes connections.
    ///
    /// @return seconds since its start
    /// @throws IOException with the last of what it printed, if it ended or does not come up
    double ready() throws IOException, InterruptedException {
        while (System.nanoTime() - begun < 20_000_000_000L) {
            if (!process.isAlive()) {
                throw new IOException(name + " ended: " + said());
            }
            try (var socket = new Socket()) {
                socket.connect(new InetSocketAddress("127.0.0.1", port), 100);
                return (System.nanoTime() - begun) / 1e9;
            } catch (IOException e) {
                process.waitFor(2, TimeUnit.MILLISECONDS);
            }
        }
        close();
        throw new IOException(name + " takes no connections: " + said());
    }

    /// Whether it answers a plain request well; a configuration can be accepted and yet lack something.
    boolean answers(String path) {
        try {
            var connection = (HttpURLConnection) URI.create("http://127.0.0.1:" + port + path).toURL().openConnection();
            connection.setReadTimeout(2000);
            var status = connection.getResponseCode();
            connection.disconnect();
            return status == 200;
        } catch (IOException e) {
            return false;
        }
    }

    int port() {
        return port;
    }

    /// The time that all its threads have had of a processor, by the kernel's account, in microseconds. The kernel gives
    /// it in hundredths of a second.
    long cpuMicros() {
        return micros(read("stat"));
    }

    /// What of it the just-in-time compiler of a JVM has had; 0 for other programs.
    long compilerMicros() throws IOException {
        try (var threads = Files.list(Path.of("/proc", Long.toString(process.pid()), "task"))) {
            return threads.map(thread -> {
                        try {
                            return Files.readString(thread.resolve("stat"));
                        } catch (IOException e) {
                            return ""; // it has ended
                        }
                    })
                    .filter(stat -> COMPILER.matcher(stat).find())
                    .mapToLong(Peer::micros)
                    .sum();
        }
    }

    private static long micros(String stat) {
        var fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * TICK_MICROS;
    }

    /// The memory that it has in use, shared pages of files included.
    double rssMegabytes() {
        for (var line : read("status").split("\n")) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) / 1024.0;
            }
        }
        return Double.NaN;
    }

    /// Drops what it printed so far: an access log of a benchmark is long.
    void forgetOutput() throws IOException {
        try (var file = FileChannel.open(output, StandardOpenOption.WRITE)) {
            file.truncate(0);
        }
    }

    private String read(String file) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(process.pid()), file));
        } catch (IOException e) {
            throw new UncheckedIOException(name + " has ended: " + said(), e);
        }
    }

    private String said() {
        try {
            var text = new String(Files.readAllBytes(output), StandardCharsets.UTF_8);
            var lines = text.lines().filter(line -> !line.isBlank() && !line.startsWith("\t")).toList();
            return String.join(" | ", lines.subList(Math.max(0, lines.size() - 3), lines.size()));
        } catch (IOException e) {
            return "nothing";
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor(5, TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
