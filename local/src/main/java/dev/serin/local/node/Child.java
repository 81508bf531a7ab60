package dev.serin.local.node;

import dev.serin.base.log.LogFile;
import dev.serin.local.node.usage.Cgroup;
import dev.serin.local.node.usage.Source;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/// A process: `unshare`, whose child is the start script, whose child is the command.
final class Child implements Container.Run {
    private static final long LARGEST_LOG = 10L << 20;
    private static final int MOST_PRINTED = 10 * 1024;
    private static final Duration LOOK = Duration.ofMillis(10);
    private static final int MOST_LOOKS = 1000;

    private final Process process;
    private final Container.Ground ground;
    private final List<String> as;
    private final Map<String, String> environment;
    private final LastWords lastWords;
    private final @Nullable Cgroup cgroup;

    /// How a container runs.
    ///
    /// @param as `setpriv`'s words for its user
    /// @param log where what it prints goes
    /// @param cgroup that its script puts it into; null where there are none
    record Plan(
            String container,
            List<String> as,
            Map<String, String> environment,
            Path log,
            LastWords lastWords,
            @Nullable Cgroup cgroup) {}

    Child(Process process, Plan plan, Container.Ground ground, IntConsumer ended)
            throws IOException {
        this.process = process;
        this.ground = ground;
        this.as = plan.as;
        this.environment = plan.environment;
        this.lastWords = plan.lastWords;
        this.cgroup = plan.cgroup;
        var container = plan.container;
        var log = plan.log;
        var file =
                new LogFile(
                        log, ground.parts().ticker(), LARGEST_LOG, text -> tell(container, text));
        var name = ground.pod().name();
        var out = reader(name + "-out", file, f -> f.copy(process.getInputStream(), "stdout"));
        var err = reader(name + "-err", file, f -> f.copy(process.getErrorStream(), "stderr"));
        process.onExit()
                .thenAcceptAsync(
                        exited -> {
                            join(out);
                            join(err);
                            file.close();
                            ground.owner().execute(() -> ended.accept(exited.exitValue()));
                        },
                        ground.parts().blocking());
    }

    @Override
    public void stop(Duration grace) {
        var script = process.children().findFirst();
        script.stream().flatMap(ProcessHandle::children).forEach(ProcessHandle::destroy);
        if (grace.isZero()) {
            kill();
        } else {
            var timer = ground.parts().timers().after(grace, this::kill);
            process.onExit().thenRun(timer::cancel);
        }
    }

    @Override
    public void kill() {
        process.destroyForcibly();
    }

    @Override
    public @Nullable String exec(JsonNode command, Duration timeout) {
        awaitRoot();
        var way = entry();
        if (way == null) {
            return "has ended";
        }
        var words = new ArrayList<String>();
        command.forEach(word -> words.add(word.asString("")));
        try {
            var running = way.command(words).redirectErrorStream(true).start();
            running.getOutputStream().close();
            var printed =
                    CompletableFuture.supplyAsync(() -> first(running), ground.parts().blocking());
            if (!running.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
                running.descendants().forEach(ProcessHandle::destroyForcibly);
                running.destroyForcibly();
                return "command timed out: \"%s\" timed out after %ds"
                        .formatted(String.join(" ", words), timeout.toSeconds());
            }
            if (running.exitValue() == 0) {
                return null;
            }
            var text = printed.completeOnTimeout("", 1, TimeUnit.SECONDS).join().strip();
            return text.isEmpty() ? "command ended with exit code " + running.exitValue() : text;
        } catch (IOException e) {
            return String.valueOf(e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "interrupted";
        }
    }

    // Until its root is made a command would run on the machine's own. The start script opens this
    // descriptor when it is done with that.
    private void awaitRoot() {
        for (int waited = 0; waited < MOST_LOOKS && process.isAlive(); waited++) {
            var inside = process.children().findFirst();
            if (inside.isPresent()
                    && Files.exists(
                            Path.of("/proc/" + inside.get().pid() + "/fd/3"),
                            LinkOption.NOFOLLOW_LINKS)) {
                return;
            }
            LockSupport.parkNanos(LOOK.toNanos());
        }
    }

    // The rest is read too, so that it never waits for a reader.
    private static String first(Process running) {
        try (var out = running.getInputStream()) {
            var octets = out.readNBytes(MOST_PRINTED);
            out.transferTo(OutputStream.nullOutputStream());
            return new String(octets, StandardCharsets.UTF_8);
        } catch (IOException _) {
            return "";
        }
    }

    @Override
    public String lastWords(int code) {
        return lastWords.said(code);
    }

    @Override
    public Container.@Nullable Entry entry() {
        var inside = process.children().findFirst();
        if (inside.isEmpty()) {
            return null;
        }
        var words = new ArrayList<String>();
        if (cgroup != null) {
            // What runs beside it counts as its own.
            words.addAll(List.of("sh", "-c", "for d in $0; do echo 0 > $d; done; exec \"$@\""));
            words.add(String.join(" ", cgroup.doors()));
        }
        words.addAll(List.of("nsenter", "-t", "" + inside.get().pid()));
        words.addAll(List.of("--mount", "--uts", "--ipc", "--net", "--pid", "--root", "--wd"));
        words.addAll(Launcher.UNPRIVILEGED.subList(0, Launcher.UNPRIVILEGED.size() - 1));
        words.addAll(as);
        words.add("--");
        return new Container.Entry(words, environment);
    }

    @Override
    public Source source() {
        return cgroup == null ? new Source.Tree(process.pid()) : new Source.Group(cgroup);
    }

    @Override
    public boolean outOfMemory() {
        return cgroup != null && cgroup.killedForMemory() > 0;
    }

    // What the model server could not load, say: `serin up` and `kubectl describe` show it.
    private void tell(String container, String text) {
        ground.owner()
                .execute(() ->
                        ground.events().tell(ground.pod(), container, "Warning", "Error", text));
    }

    private static Thread reader(String name, LogFile file, Consumer<LogFile> copy) {
        return Thread.ofPlatform().daemon(true).name("log-" + name).start(() -> copy.accept(file));
    }

    private static void join(Thread thread) {
        try {
            thread.join(Duration.ofSeconds(2));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
