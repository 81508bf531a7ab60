package dev.serin.local.node;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import dev.serin.local.api.PodStreams.Wanted;
import dev.serin.local.api.ProcessSession;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/// A command that was started in a running container, `kubectl exec`. A terminal is made inside, by
/// `script`, so that what runs there finds its device under its own `/dev/pts`.
final class ContainerCommand implements ProcessSession {
    private final Process process;
    private final Container.Entry way;

    private ContainerCommand(Process process, Container.Entry way) {
        this.process = process;
        this.way = way;
    }

    static ContainerCommand start(Container.Entry way, Wanted wanted) throws IOException {
        if (!wanted.tty()) {
            return new ContainerCommand(way.command(wanted.command()).start(), way);
        }
        var line =
                "exec "
                        + wanted.command().stream()
                                .map(ContainerCommand::quoted)
                                .collect(Collectors.joining(" "));
        var builder = way.command(List.of("script", "-qefc", line, "/dev/null"));
        builder.environment().putIfAbsent("TERM", "xterm");
        builder.environment().put("SHELL", "/bin/sh");
        return new ContainerCommand(builder.redirectErrorStream(true).start(), way);
    }

    private static String quoted(String word) {
        return "'" + word.replace("'", "'\\''") + "'";
    }

    @Override
    public Process process() {
        return process;
    }

    @Override
    public void resize(int columns, int rows) {
        try {
            // A client says its size at once, and `script` needs a moment to make the terminal.
            var tries = 0;
            var terminal = terminal();
            while (terminal == null && tries++ < 50 && !process.waitFor(20, MILLISECONDS)) {
                terminal = terminal();
            }
            if (terminal != null) {
                size(terminal, columns, rows);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private @Nullable String terminal() {
        return process.descendants()
                .map(ContainerCommand::terminal)
                .filter(path -> path.startsWith("/dev/pts/"))
                .findFirst()
                .orElse(null);
    }

    private static String terminal(ProcessHandle handle) {
        try {
            return Files.readSymbolicLink(Path.of("/proc", "" + handle.pid(), "fd", "0"))
                    .toString();
        } catch (IOException e) {
            return ""; // it has just ended
        }
    }

    private void size(String terminal, int columns, int rows) throws InterruptedException {
        var words = List.of("stty", "-F", terminal, "cols", "" + columns, "rows", "" + rows);
        try {
            way.command(words).start().waitFor();
        } catch (IOException e) {
            // Without stty the terminal keeps its size.
        }
    }
}
