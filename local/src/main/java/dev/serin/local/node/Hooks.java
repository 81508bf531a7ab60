package dev.serin.local.node;

import dev.serin.local.node.probe.HttpGet;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/// What a container's manifest wants done right after its start and right before its end. Owned by
/// the pod's thread; what waits does so elsewhere.
final class Hooks {
    private static final Duration LEAST = Duration.ofSeconds(2);
    // A hook after the start has no bound of its own in Kubernetes; this one only keeps a thread.
    private static final Duration LONGEST = Duration.ofHours(1);

    private final JsonNode container;
    private final Container.Ground ground;

    Hooks(JsonNode container, Container.Ground ground) {
        this.container = container;
        this.ground = ground;
    }

    boolean hasPostStart() {
        return container.path("lifecycle").path("postStart").isObject();
    }

    /// @param then told null once it is done, else why it failed
    void postStart(Container.Run run, Consumer<@Nullable String> then) {
        run("postStart", run, LONGEST, then);
    }

    /// Runs the hook before the end, if there is one, within the time that the end has.
    ///
    /// @param then told what is left of that time, never less than two seconds
    void preStop(Container.Run run, Duration grace, Consumer<Duration> then) {
        if (!container.path("lifecycle").path("preStop").isObject() || grace.isZero()) {
            then.accept(grace);
            return;
        }
        var begun = ground.parts().ticker().nanos();
        var over = new AtomicBoolean();
        var timer =
                ground.parts()
                        .timers()
                        .after(
                                grace,
                                () ->
                                        ground.owner()
                                                .execute(() -> {
                                                    if (!over.getAndSet(true)) {
                                                        then.accept(LEAST);
                                                    }
                                                }));
        run(
                "preStop",
                run,
                grace,
                failure -> {
                    if (over.getAndSet(true)) {
                        return;
                    }
                    timer.cancel();
                    if (failure != null) {
                        failed("FailedPreStopHook", "PreStopHook failed", failure);
                    }
                    var used = Duration.ofNanos(ground.parts().ticker().nanos() - begun);
                    var left = grace.minus(used);
                    then.accept(left.compareTo(LEAST) < 0 ? LEAST : left);
                });
    }

    void failed(String reason, String what, String why) {
        ground.events()
                .tell(
                        ground.pod(),
                        container.path("name").asString(""),
                        "Warning",
                        reason,
                        what + ": " + why);
    }

    private void run(
            String name, Container.Run run, Duration bound, Consumer<@Nullable String> then) {
        var hook = container.path("lifecycle").path(name);
        if (hook.has("sleep")) {
            var seconds = Duration.ofSeconds(hook.path("sleep").path("seconds").asLong(0));
            ground.parts()
                    .timers()
                    .after(seconds, () -> ground.owner().execute(() -> then.accept(null)));
            return;
        }
        ground.parts()
                .blocking()
                .execute(() -> {
                    var failure = done(hook, run, bound);
                    ground.owner().execute(() -> then.accept(failure));
                });
    }

    private @Nullable String done(JsonNode hook, Container.Run run, Duration bound) {
        if (hook.has("exec")) {
            return run.exec(hook.path("exec").path("command"), bound);
        }
        if (hook.has("httpGet")) {
            var target = new HttpGet.Target(container, ground.fields().podIP());
            try {
                // That it answers is enough, as for the kubelet.
                new HttpGet(hook.path("httpGet"), target, min(bound), "kube-lifecycle/1.34")
                        .status();
                return null;
            } catch (IOException e) {
                return e.getMessage();
            }
        }
        return "neither exec, httpGet nor sleep: such a hook is not run";
    }

    private static Duration min(Duration bound) {
        var longest = Duration.ofSeconds(30);
        return bound.compareTo(longest) < 0 ? bound : longest;
    }
}
