package dev.serin.local.node;

import dev.serin.base.log.LogFile;
import dev.serin.local.node.usage.Cgroup;
import dev.serin.local.node.usage.Source;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/// A process: `unshare`, whose child is the start script, whose child is the command.
final class Child implements Container.Run {
    private static final long LARGEST_LOG = 10L << 20;

    private final Process process;
    private final Container.Ground ground;
    private final List<String> as;
    private final Map<String, String> environment;
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
            @Nullable Cgroup cgroup) {}

    Child(Process process, Plan plan, Container.Ground ground, IntConsumer ended)
            throws IOException {
        this.process = process;
        this.ground = ground;
        this.as = plan.as;
        this.environment = plan.environment;
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
        var way = entry();
        if (way == null) {
            return "has ended";
        }
        var words = new ArrayList<String>();
        command.forEach(word -> words.add(word.asString("")));
        try {
            var probe =
                    way.command(words)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start();
            if (!probe.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
                probe.destroyForcibly();
                return "command timed out";
            }
            return probe.exitValue() == 0
                    ? null
                    : "command ended with exit code " + probe.exitValue();
        } catch (IOException e) {
            return String.valueOf(e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "interrupted";
        }
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
