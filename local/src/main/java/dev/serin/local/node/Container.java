package dev.serin.local.node;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;
import dev.serin.base.time.Timers;
import dev.serin.config.Resource;
import dev.serin.local.node.usage.Source;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.IntConsumer;

/// One container of a pod: started, watched, restarted with a growing pause, stopped. A sidecar
/// differs from a process only in what starts it. Owned by the pod's thread.
final class Container {
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(10);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(5);
    // What a person puts right from outside, as an image that is mapped, is looked at again soon.
    private static final Duration LONGEST_WITH_CURE = Duration.ofSeconds(10);
    private static final Duration CALM = Duration.ofMinutes(10);

    private final JsonNode spec;
    private final Role role;
    private final Ground ground;
    private final Hooks hooks;
    private State state = new State.Waiting("ContainerCreating", "");
    private State.@Nullable Terminated last;
    private @Nullable Run run;
    private @Nullable Health health;
    private @Nullable Run ending;
    private boolean hooked;
    private Timers.@Nullable Timer timer;
    private int restarts;
    private int crashes;
    private boolean stopping;

    /// When a container runs: once before the others, beside all of them from before, or as one of
    /// the pod's own.
    enum Role {
        INIT,
        NATIVE_SIDECAR,
        APP
    }

    /// What a container knows of its pod.
    ///
    /// @param changed told after each change of state, on the pod's thread
    record Ground(
            Node.Parts parts,
            Resource pod,
            Starter launcher,
            Fields fields,
            Executor owner,
            Events events,
            Runnable changed) {}

    /// As Kubernetes' ContainerState.
    sealed interface State {
        record Waiting(String reason, String message) implements State {}

        record Running(Instant since) implements State {}

        record Terminated(
                int code, String reason, String message, Instant started, Instant finished)
                implements State {}
    }

    /// Starts containers.
    interface Starter {
        /// @param ended told the exit code, on the pod's thread
        /// @throws ProblemException if the container's image, environment or volumes are wrong; the
        ///   subject of an unknown image begins with `image `
        Run start(Container container, Ground ground, IntConsumer ended);
    }

    /// A started process or sidecar.
    interface Run {
        /// Asks it to end, and sees to it that it has within `grace`.
        void stop(Duration grace);

        /// Ends it and all that it started, now.
        void kill();

        /// @return null if it ended with 0, else what it printed or why it could not be run
        @Nullable String exec(JsonNode command, Duration timeout);

        /// What it says about its end, as its manifest lets it; empty for nothing.
        default String lastWords(int code) {
            return "";
        }

        /// Whether an end with this code was none of its own doing, and it is started again at
        /// once.
        default boolean blameless(int code) {
            return false;
        }

        /// Where what it uses of the machine can be read.
        default Source source() {
            return new Source.Unknown();
        }

        /// Whether the kernel has killed any of it because it used more memory than it may; asked
        /// when it has ended, too.
        default boolean outOfMemory() {
            return false;
        }

        /// The way in for a command beside it; null if there is none, as after its end.
        @Nullable Entry entry();
    }

    /// How a command gets to where a container runs.
    ///
    /// @param words a program and its arguments, to which the command is appended
    /// @param environment all of it
    record Entry(List<String> words, Map<String, String> environment) {
        ProcessBuilder command(List<String> command) {
            var all = new ArrayList<>(words);
            all.addAll(command);
            var builder = new ProcessBuilder(all);
            builder.environment().clear();
            builder.environment().putAll(environment);
            return builder;
        }
    }

    /// @param restarts so many that were counted before the mesh was started again
    Container(JsonNode spec, Role role, Ground ground, int restarts) {
        this.spec = spec;
        this.role = role;
        this.ground = ground;
        this.restarts = restarts;
        this.hooks = new Hooks(spec, ground);
    }

    String name() {
        return spec.path("name").asString("");
    }

    JsonNode spec() {
        return spec;
    }

    Role role() {
        return role;
    }

    State state() {
        return state;
    }

    State.@Nullable Terminated last() {
        return last;
    }

    int restarts() {
        return restarts;
    }

    /// The way into it, null while it does not run.
    @Nullable Entry entry() {
        return run == null ? null : run.entry();
    }

    /// Runs and has passed its startup probe.
    boolean started() {
        return health != null && health.started();
    }

    boolean ready() {
        return health != null && health.ready() || role == Role.INIT && succeeded();
    }

    /// Its hook after the start is being run; what comes after it in the pod waits for that.
    boolean hooked() {
        return hooked;
    }

    boolean succeeded() {
        return state instanceof State.Terminated(int code, _, _, _, _) && code == 0;
    }

    /// Has ended and will not be started again.
    boolean finished() {
        return state instanceof State.Terminated && timer == null && run == null;
    }

    void start() {
        timer = null;
        if (stopping) {
            return;
        }
        try {
            var before = state instanceof State.Waiting waiting ? waiting : null;
            var begun = ground.launcher.start(this, ground, code -> ended(code));
            run = begun;
            ground.parts
                    .metering()
                    .began(ground.pod.namespace(), ground.pod.name(), name(), begun.source());
            state = new State.Running(ground.parts.ticker().now());
            if (before == null || !before.reason.startsWith("Image")) {
                event(
                        "Normal",
                        "Pulled",
                        "Container image \"%s\" already present on machine"
                                .formatted(spec.path("image").asString("")));
                event("Normal", "Created", "Created container: " + name());
            }
            event("Normal", "Started", "Started container " + name());
            afterStart(begun);
        } catch (ProblemException e) {
            failed(e.problems().getFirst());
        }
        ground.changed.run();
    }

    private void afterStart(Run begun) {
        if (!hooks.hasPostStart()) {
            watch(begun);
            return;
        }
        hooked = true;
        hooks.postStart(
                begun,
                failure -> {
                    if (!begun.equals(run) || stopping) {
                        return;
                    }
                    hooked = false;
                    if (failure == null) {
                        watch(begun);
                    } else {
                        hooks.failed("FailedPostStartHook", "PostStartHook failed", failure);
                        event("Normal", "Killing", "FailedPostStartHook");
                        end(begun, podGrace());
                    }
                    ground.changed.run();
                });
    }

    private void watch(Run begun) {
        var made = new Health(spec, ground, begun, grace -> end(begun, grace));
        health = made;
        made.start();
    }

    // The hook before the end is part of the time that the end has; it runs once.
    private void end(Run running, Duration grace) {
        if (running.equals(ending)) {
            running.stop(grace);
            return;
        }
        ending = running;
        hooks.preStop(
                running,
                grace,
                left -> {
                    if (running.equals(run)) {
                        running.stop(left);
                    }
                });
    }

    private Duration podGrace() {
        return Duration.ofSeconds(
                ground.pod.spec().path("terminationGracePeriodSeconds").asLong(30));
    }

    /// Its pod is about to end: if it ends by itself now, that is that.
    void leave() {
        stopping = true;
    }

    /// Ends for good.
    void stop(Duration grace) {
        stopping = true;
        cancel();
        var running = run;
        if (running == null) {
            if (!(state instanceof State.Terminated)) {
                state = terminated(137, "Error", "stopped before it was started", null);
            }
            return;
        }
        event("Normal", "Killing", "Stopping container " + name());
        end(running, grace);
    }

    void kill() {
        stopping = true;
        cancel();
        if (run != null) {
            run.kill();
        }
    }

    private void cancel() {
        hooked = false;
        if (health != null) {
            health.stop();
        }
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
    }

    private void ended(int code) {
        cancel();
        var message = last(code);
        var outOfMemory = run != null && run.outOfMemory();
        var blameless = run != null && run.blameless(code);
        run = null;
        ending = null;
        health = null;
        ground.parts.metering().ended(ground.pod.namespace(), ground.pod.name(), name());
        var since = state instanceof State.Running(Instant at) ? at : null;
        // 128 is the start script's own: the command has not run.
        var reason =
                switch (code) {
                    case 0 -> "Completed";
                    case 128 -> "StartError";
                    default -> outOfMemory ? "OOMKilled" : "Error";
                };
        var end = terminated(code, reason, message, since);
        state = end;
        if (!stopping && again(code)) {
            var calm = since != null && Duration.between(since, end.finished).compareTo(CALM) > 0;
            if (!blameless) {
                crashes = calm ? 1 : crashes + 1;
            }
            last = end;
            restarts++;
            if (crashes <= 1 || blameless) {
                state = new State.Waiting("ContainerCreating", "");
                timer = null;
                start();
                return;
            }
            pause(
                    "CrashLoopBackOff",
                    "back-off %s restarting failed container=%s pod=%s_%s"
                            .formatted(
                                    shown(pauseAfter(crashes)),
                                    name(),
                                    ground.pod.name(),
                                    ground.pod.namespace()),
                    pauseAfter(crashes));
            event(
                    "Warning",
                    "BackOff",
                    "Back-off restarting failed container "
                            + name()
                            + " in pod "
                            + ground.pod.name());
        }
        ground.changed.run();
    }

    private String last(int code) {
        var words = run == null ? "" : run.lastWords(code);
        return words.isEmpty() && code == 128
                ? "the container's root could not be made; see its log"
                : words;
    }

    private boolean again(int code) {
        var policy = ground.pod.spec().path("restartPolicy").asString("Always");
        return switch (role) {
            case NATIVE_SIDECAR -> true;
            case INIT -> code != 0 && !policy.equals("Never");
            case APP -> policy.equals("Always") || policy.equals("OnFailure") && code != 0;
        };
    }

    private void failed(Problem problem) {
        crashes++;
        var image = problem.subject().startsWith("image ");
        event("Warning", "Failed", problem.text());
        pause(
                image ? "ErrImagePull" : "CreateContainerConfigError",
                problem.text(),
                min(pauseAfter(crashes), LONGEST_WITH_CURE));
    }

    private void pause(String reason, String message, Duration pause) {
        state = new State.Waiting(reason, message);
        timer = ground.parts.timers().after(pause, () -> ground.owner.execute(this::start));
    }

    static Duration pauseAfter(int crashes) {
        var doubled = FIRST_PAUSE.multipliedBy(1L << Math.min(Math.max(0, crashes - 2), 10));
        return min(doubled, LONGEST_PAUSE);
    }

    private static Duration min(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }

    private static String shown(Duration pause) {
        var seconds = pause.toSeconds();
        return seconds < 60 ? seconds + "s" : seconds / 60 + "m" + seconds % 60 + "s";
    }

    private State.Terminated terminated(
            int code, String reason, String message, @Nullable Instant since) {
        var now = ground.parts.ticker().now();
        return new State.Terminated(code, reason, message, since == null ? now : since, now);
    }

    private void event(String type, String reason, String message) {
        ground.events.tell(ground.pod, name(), type, reason, message);
    }
}
