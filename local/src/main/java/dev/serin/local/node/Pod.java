package dev.serin.local.node;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;
import dev.serin.base.flow.Owner;
import dev.serin.base.time.Timers;
import dev.serin.config.Resource;
import dev.serin.local.api.Refusal;
import dev.serin.local.host.Namespaces;
import dev.serin.local.image.Image;
import dev.serin.local.node.sandbox.Addresses;
import dev.serin.local.node.sandbox.HostRoot;
import dev.serin.local.node.sandbox.Network;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.node.ObjectNode;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;

/// One pod on this node, from its first sight to its last trace: network and volumes, then the init
/// containers one after the other, then the others; its status told after every change; and its
/// end. All of it on the pod's own thread, so a slow step holds up this pod only.
final class Pod {
    private static final Duration RETRY = Duration.ofSeconds(2);
    private static final Duration CGROUP_PAUSE = Duration.ofMillis(200);
    private static final int CGROUP_TRIES = 20;
    private static final Duration HOLD = Duration.ofSeconds(20);

    private final Node.Parts parts;
    private final Owner owner;
    private final Events events;
    private final Addresses addresses;
    private final Network network;
    private final HostRoot root;
    private final Path folder;
    private final Runnable gone;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final List<Container> containers = new ArrayList<>();
    private final Set<String> begun = new TreeSet<>();
    private Resource pod;
    private final Volumes volumes;
    private final Departure departure;
    private @Nullable Fields fields;
    private @Nullable String address;
    private @Nullable String networkName;
    private @Nullable Instant startTime;
    private @Nullable ObjectNode told;
    private final Deadline deadline;
    private Timers.@Nullable Timer retry;
    private Timers.@Nullable Timer hold;
    private boolean holdIsOver;
    private Duration endGrace = Duration.ZERO;
    private boolean ending;
    private boolean sidecarsToldToEnd;
    private boolean cleaned;
    private boolean removed;

    /// @param gone told once when nothing of it is left, on the pod's thread
    Pod(
            Node.Parts parts,
            Resource pod,
            Addresses addresses,
            Network network,
            HostRoot root,
            Runnable gone) {
        this.parts = parts;
        this.pod = pod;
        this.addresses = addresses;
        this.network = network;
        this.root = root;
        this.gone = gone;
        this.owner =
                new Owner(
                        "pod-" + pod.name(),
                        failure -> parts.log().accept("pod " + pod.name() + ": " + failure));
        this.events = new Events(parts.client(), parts.ticker(), parts.nodeName());
        this.deadline = new Deadline(parts.timers(), parts.ticker(), () -> post(this::overdue));
        this.folder = parts.folder().resolve(pod.uid());
        this.departure =
                new Departure(
                        parts.farewell(),
                        parts.ticker(),
                        parts.timers(),
                        this::post,
                        this::askToEnd);
        this.volumes =
                new Volumes(
                        folder.resolve("volumes"), parts.client(), parts.tokens(), parts.ticker());
    }

    /// Any thread.
    void start() {
        post(this::prepare);
    }

    /// The pod's resource has changed; any thread.
    void changed(Resource newer) {
        post(() -> {
            pod = newer;
            deadline.set(newer, startTime);
            if (newer.metadata().has("deletionTimestamp")) {
                end(
                        Duration.ofSeconds(
                                newer.metadata()
                                        .path("deletionGracePeriodSeconds")
                                        .asLong(
                                                newer.spec()
                                                        .path("terminationGracePeriodSeconds")
                                                        .asLong(30))));
            }
        });
    }

    /// A ConfigMap or Secret has changed; any thread.
    void refresh() {
        if (Volumes.live(pod.spec())) {
            post(() -> {
                if (fields != null && !ending) {
                    try {
                        volumes.make(fields);
                    } catch (ProblemException e) {
                        warn("FailedMount", e.problems().getFirst());
                    }
                }
            });
        }
    }

    /// The resource is gone, as by a forced deletion: ends at once. Any thread.
    void removed() {
        post(() -> {
            removed = true;
            containers.forEach(Container::kill);
            end(Duration.ZERO);
        });
    }

    /// The mesh stops: ends the processes, and leaves the resource as it is. Any thread.
    CompletableFuture<Void> stop(Duration grace) {
        post(() -> {
            removed = true;
            end(grace);
        });
        return ended;
    }

    /// The way into one of its containers, null while that does not run. Any thread.
    CompletableFuture<Container.@Nullable Entry> entry(String container) {
        return ask(() ->
                containers.stream()
                        .filter(c -> c.name().equals(container))
                        .findFirst()
                        .map(Container::entry)
                        .orElse(null));
    }

    /// Its network namespace, null while there is none. Any thread.
    CompletableFuture<@Nullable Path> network() {
        return ask(() -> networkName == null ? null : Namespaces.NETNS.resolve(networkName));
    }

    private <T> CompletableFuture<@Nullable T> ask(Supplier<@Nullable T> question) {
        var answer = new CompletableFuture<@Nullable T>();
        try {
            owner.execute(() -> answer.complete(question.get()));
        } catch (RejectedExecutionException _) {
            answer.complete(null);
        }
        return answer;
    }

    // What comes when the pod has just gone is dropped.
    private void post(Runnable task) {
        try {
            owner.execute(task);
        } catch (RejectedExecutionException _) {
            ended.complete(null);
        }
    }

    private void prepare() {
        if (ending) {
            return;
        }
        try {
            if (startTime == null) {
                startTime = parts.ticker().now();
                deadline.set(pod, startTime);
                tell();
            }
            makeNetwork();
            volumes.make(fields());
            makeContainers();
        } catch (ProblemException e) {
            var problem = e.problems().getFirst();
            warn(address == null ? "FailedCreatePodSandBox" : "FailedMount", problem);
            retry = parts.timers().after(RETRY, () -> post(this::prepare));
            tell();
            return;
        }
        advance();
    }

    private void makeNetwork() {
        if (networkName != null) {
            return;
        }
        var taken = address == null ? addresses.take() : address;
        address = taken;
        var name = pod.name() + "-" + pod.uid().substring(0, Math.min(8, pod.uid().length()));
        var path = network.make(name, taken);
        networkName = name;
        fields = new Fields(pod, taken, parts.hostIP(), parts.cores());
        var traffic = new Traffic(pod, parts.images());
        if (traffic.hasSidecar()) {
            parts.filter().capture(path, traffic.leftAlone());
        }
        EtcFiles.write(folder, pod, taken);
    }

    private Fields fields() {
        var known = fields;
        if (known == null) {
            throw new IllegalStateException("no network yet");
        }
        return known;
    }

    private void makeContainers() {
        if (!containers.isEmpty() || networkName == null) {
            return;
        }
        var namespace = Namespaces.NETNS.resolve(networkName);
        var launcher = new Launcher(parts, folder, namespace, volumes, root);
        var ground =
                new Container.Ground(
                        parts, pod, launcher, fields(), this::post, events, this::advance);
        for (var spec : pod.spec().path("initContainers")) {
            var role =
                    spec.path("restartPolicy").asString("").equals("Always")
                            ? Container.Role.NATIVE_SIDECAR
                            : Container.Role.INIT;
            containers.add(new Container(spec, role, ground, PodStatus.restarts(pod, spec)));
        }
        for (var spec : pod.spec().path("containers")) {
            containers.add(
                    new Container(spec, Container.Role.APP, ground, PodStatus.restarts(pod, spec)));
        }
    }

    /// The one step function: starts what may start now, ends what is to end, tells the status.
    private void advance() {
        if (ending) {
            continueEnd();
            return;
        }
        if (deadline.passed()) {
            tell();
            return;
        }
        var waiting = false;
        for (var container : containers) {
            if (container.role() == Container.Role.APP || waiting) {
                continue;
            }
            startOnce(container);
            waiting =
                    container.role() == Container.Role.INIT
                            ? !container.succeeded()
                            : !container.started();
        }
        var initialized = !waiting;
        if (initialized) {
            startApps();
        }
        tell();
        if (initialized && allFinished()) {
            containers.stream()
                    .filter(c -> c.role() == Container.Role.NATIVE_SIDECAR)
                    .filter(c -> !c.finished())
                    .forEach(c -> c.stop(Duration.ofSeconds(5)));
        }
    }

    // What a container sends before its sidecar is ready would fail, so it waits for it: bounded,
    // since a control plane that is down must not keep it from running.
    private void startApps() {
        var apps = containers.stream().filter(c -> c.role() == Container.Role.APP).toList();
        if (apps.stream().allMatch(c -> begun.contains(c.name()))) {
            return;
        }
        var sidecars = apps.stream().filter(this::isSidecar).toList();
        startInTurn(sidecars);
        if (sidecars.stream().allMatch(Container::ready) || sidecars.size() == apps.size()) {
            holdIsOver = true;
        }
        if (holdIsOver) {
            startInTurn(apps);
        } else if (hold == null) {
            hold = parts.timers().after(HOLD, () -> post(this::endHold));
        }
    }

    private void endHold() {
        if (holdIsOver || ending) {
            return;
        }
        holdIsOver = true;
        warn(
                "SidecarNotReady",
                Problem.of(
                        "sidecar of pod " + pod.name(),
                        "not ready after " + HOLD.toSeconds() + " s; the pod starts without it",
                        "kubectl logs -n "
                                + pod.namespace()
                                + " "
                                + pod.name()
                                + " -c istio-proxy"));
        advance();
    }

    private void overdue() {
        if (ending || !containers.isEmpty() && allFinished()) {
            return;
        }
        deadline.pass();
        events.tell(pod, "", "Normal", Deadline.REASON, Deadline.MESSAGE);
        var grace = Duration.ofSeconds(pod.spec().path("terminationGracePeriodSeconds").asLong(30));
        containers.forEach(c -> c.stop(grace));
        tell();
    }

    private boolean isSidecar(Container container) {
        return parts.images().resolve(container.spec().path("image").asString(""))
                instanceof Image.Sidecar;
    }

    private void startOnce(Container container) {
        if (begun.add(container.name())) {
            container.start();
        }
    }

    // As the kubelet: the hook after a start is waited for before the next container starts.
    private void startInTurn(List<Container> all) {
        for (var container : all) {
            startOnce(container);
            if (container.hooked()) {
                return;
            }
        }
    }

    private boolean allFinished() {
        return containers.stream()
                .filter(c -> c.role() == Container.Role.APP)
                .allMatch(Container::finished);
    }

    private void end(Duration grace) {
        if (ending) {
            if (grace.isZero()) {
                containers.forEach(Container::kill);
                departure.now(grace);
                continueEnd();
            }
            return;
        }
        ending = true;
        deadline.cancel();
        if (retry != null) {
            retry.cancel();
        }
        if (hold != null) {
            hold.cancel();
        }
        containers.forEach(Container::leave);
        if (address == null || removed) {
            departure.now(grace);
        } else {
            departure.begin(address, grace);
            tell();
        }
    }

    private void askToEnd(Duration grace) {
        endGrace = grace;
        containers.stream()
                .filter(c -> c.role() != Container.Role.NATIVE_SIDECAR)
                .forEach(c -> c.stop(grace));
        continueEnd();
    }

    private void continueEnd() {
        var others =
                containers.stream()
                        .filter(c -> c.role() != Container.Role.NATIVE_SIDECAR)
                        .allMatch(Container::finished);
        if (others && !sidecarsToldToEnd) {
            sidecarsToldToEnd = true;
            containers.stream()
                    .filter(c -> c.role() == Container.Role.NATIVE_SIDECAR)
                    .forEach(c -> c.stop(endGrace));
        }
        if (!containers.stream().allMatch(Container::finished)) {
            tell();
            return;
        }
        if (!cleaned) {
            cleaned = true;
            finish();
        }
    }

    private void finish() {
        tell();
        if (networkName != null && address != null) {
            network.remove(networkName, address);
        }
        Volumes.delete(folder);
        removeCgroups(CGROUP_TRIES);
        if (!removed) {
            try {
                parts.client().delete(pod.key(), 0);
            } catch (Refusal e) {
                parts.log().accept("pod " + pod.name() + ": can't delete: " + e.getMessage());
            }
        }
        if (address != null) {
            addresses.free(address);
        }
        gone.run();
        ended.complete(null);
        owner.close();
    }

    // The kernel takes a moment to count the last process out.
    private void removeCgroups(int tries) {
        var cgroups = parts.cgroups();
        if (cgroups != null && !cgroups.remove(pod.uid()) && tries > 0) {
            parts.timers()
                    .after(
                            CGROUP_PAUSE,
                            () -> parts.blocking().execute(() -> removeCgroups(tries - 1)));
        }
    }

    private void warn(String reason, Problem problem) {
        events.tell(pod, "", "Warning", reason, problem.text());
    }

    private void tell() {
        if (removed) {
            return;
        }
        var status =
                PodStatus.of(
                        pod,
                        containers,
                        Optional.ofNullable(address),
                        parts.hostIP(),
                        Optional.ofNullable(startTime).orElse(Instant.EPOCH),
                        parts.ticker().now(),
                        told);
        deadline.tell(status);
        if (status.equals(told)) {
            return;
        }
        var body = pod.body().deepCopy();
        body.set("status", status);
        // The node is the only one who writes it, so it is not compared with a version.
        ((ObjectNode) body.path("metadata")).remove("resourceVersion");
        try {
            parts.client().updateStatus(new Resource(pod.kind(), body));
            told = status;
        } catch (Refusal e) {
            if (e.code() != 404) {
                parts.log().accept("pod " + pod.name() + ": status refused: " + e.getMessage());
            }
        }
    }
}
