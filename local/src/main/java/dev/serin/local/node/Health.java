package dev.serin.local.node;

import dev.serin.local.node.probe.Probe;
import dev.serin.local.node.probe.Prober;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/// How one run of a container is, by its probes: started, ready, alive. Owned by the pod's thread.
final class Health {
    private final JsonNode container;
    private final Container.Ground ground;
    private final Container.Run run;
    private final Consumer<Duration> unhealthy;
    private final List<Prober> probers = new ArrayList<>();
    private boolean stopped;
    private boolean started;
    private boolean ready;

    /// @param unhealthy told once to end the run, within so long
    Health(
            JsonNode container,
            Container.Ground ground,
            Container.Run run,
            Consumer<Duration> unhealthy) {
        this.container = container;
        this.ground = ground;
        this.run = run;
        this.unhealthy = unhealthy;
    }

    /// Has passed its startup probe.
    boolean started() {
        return started;
    }

    boolean ready() {
        return ready;
    }

    void start() {
        var startup = probe("startupProbe");
        if (startup == null) {
            afterStartup();
            return;
        }
        ask(
                startup,
                "Startup",
                false,
                succeeded -> {
                    if (succeeded) {
                        cancel();
                        afterStartup();
                        ground.changed().run();
                    } else {
                        end(startup, "Startup");
                    }
                });
    }

    /// Asks no more; it is not ready from then on.
    void stop() {
        stopped = true;
        ready = false;
        cancel();
    }

    private void afterStartup() {
        started = true;
        var liveness = probe("livenessProbe");
        if (liveness != null) {
            ask(
                    liveness,
                    "Liveness",
                    false,
                    succeeded -> {
                        if (!succeeded) {
                            end(liveness, "Liveness");
                        }
                    });
        }
        var readiness = probe("readinessProbe");
        if (readiness == null) {
            ready = true;
            return;
        }
        ask(
                readiness,
                "Readiness",
                true,
                succeeded -> {
                    ready = succeeded;
                    ground.changed().run();
                });
    }

    private @Nullable Probe probe(String name) {
        return Probe.of(container, name, ground.fields().podIP());
    }

    private void ask(Probe probe, String kind, boolean eager, Consumer<Boolean> verdict) {
        var prober =
                new Prober(
                        probe,
                        eager,
                        () -> probe.run(run::exec),
                        new Prober.Ground(
                                ground.parts().timers(), ground.parts().blocking(), ground.owner()),
                        failure ->
                                event("Warning", "Unhealthy", kind + " probe failed: " + failure),
                        succeeded -> {
                            if (!stopped) {
                                verdict.accept(succeeded);
                            }
                        });
        probers.add(prober);
        prober.start();
    }

    private void end(Probe probe, String kind) {
        event(
                "Normal",
                "Killing",
                "Container %s failed %s probe, will be restarted"
                        .formatted(
                                container.path("name").asString(""),
                                kind.toLowerCase(Locale.ROOT)));
        stop();
        unhealthy.accept(
                probe.grace(
                        Duration.ofSeconds(
                                ground.pod()
                                        .spec()
                                        .path("terminationGracePeriodSeconds")
                                        .asLong(30))));
    }

    private void cancel() {
        probers.forEach(Prober::stop);
        probers.clear();
    }

    private void event(String type, String reason, String message) {
        ground.events()
                .tell(ground.pod(), container.path("name").asString(""), type, reason, message);
    }
}
