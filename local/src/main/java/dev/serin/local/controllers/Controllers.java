package dev.serin.local.controllers;

import dev.serin.base.chance.Draws;
import dev.serin.base.time.Ticker;
import dev.serin.base.time.Timers;
import dev.serin.local.api.ResourceClient;
import dev.serin.local.api.Usage;
import dev.serin.local.controllers.batch.CronJobController;
import dev.serin.local.controllers.batch.JobController;
import dev.serin.local.controllers.scale.AutoscaleController;
import dev.serin.local.controllers.scale.BudgetController;
import dev.serin.local.controllers.scale.NamedMetrics;
import dev.serin.local.controllers.sets.DaemonSetController;
import dev.serin.local.controllers.sets.StatefulSetController;

import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;

/// All controllers of the one-machine Kubernetes but those of the services' addresses. They run on
/// two threads: one makes pods and may wait for a webhook, the other never waits long.
public final class Controllers implements AutoCloseable {
    private final List<ControllerLoop> loops = new ArrayList<>();

    /// What pods are scaled by.
    public record Measures(Usage usage, NamedMetrics named) {
        /// Nothing is measured.
        public static final Measures NONE = new Measures(Usage.NONE, NamedMetrics.NONE);
    }

    /// What they are made of.
    ///
    /// @param owner one thread, that of everything that answers fast
    /// @param measures what pods are scaled by
    /// @param podMaker one thread, which a slow webhook may hold
    public record Means(
            ResourceClient client,
            Executor owner,
            Executor podMaker,
            Ticker ticker,
            Timers timers,
            Draws draws,
            ControllerObserver observer,
            Measures measures) {

        /// A writer of events under this name.
        public Events events(String component) {
            return new Events(client, component, ticker, draws, observer);
        }

        /// Starts `controller` on the fast thread.
        public ControllerLoop start(Controller controller) {
            return start(controller, owner);
        }

        ControllerLoop start(Controller controller, Executor thread) {
            return new ControllerLoop(controller, client, thread, timers, draws, observer);
        }
    }

    private Controllers() {}

    /// Starts them all.
    ///
    /// @param machine the one node
    public static Controllers start(Means means, Machine machine) {
        var all = new Controllers();
        var client = means.client;
        var ticker = means.ticker;
        all.loops.add(means.start(new NamespaceController(client)));
        all.loops.add(means.start(new NodeController(client, ticker, machine)));
        all.loops.add(
                means.start(
                        new DeploymentController(
                                client, means.events("deployment-controller"), ticker)));
        all.loops.add(
                means.start(
                        new ReplicaSetController(
                                client, means.events("replicaset-controller"), ticker, means.draws),
                        means.podMaker));
        all.loops.add(
                means.start(
                        new Scheduler(
                                client,
                                means.events("default-scheduler"),
                                ticker,
                                machine.name())));
        all.loops.add(
                means.start(
                        new StatefulSetController(
                                client, means.events("statefulset-controller"), ticker),
                        means.podMaker));
        all.loops.add(
                means.start(
                        new DaemonSetController(
                                client, means.events("daemonset-controller"), ticker, means.draws),
                        means.podMaker));
        all.loops.add(
                means.start(
                        new JobController(
                                client, means.events("job-controller"), ticker, means.draws),
                        means.podMaker));
        all.loops.add(
                means.start(
                        new CronJobController(
                                client,
                                means.events("cronjob-controller"),
                                ticker,
                                ZoneId.systemDefault())));
        all.loops.add(means.start(new BudgetController(client, ticker)));
        all.loops.add(
                means.start(
                        new AutoscaleController(
                                client,
                                means.events("horizontal-pod-autoscaler"),
                                ticker,
                                means.measures.usage(),
                                means.measures.named())));
        all.loops.add(means.start(new EndpointController(client)));
        all.loops.add(means.start(new NodePortController(client, means.draws)));
        return all;
    }

    @Override
    public void close() {
        loops.forEach(ControllerLoop::close);
    }
}
