package dev.serin.cli.mesh;

import dev.serin.config.Resource;
import dev.serin.config.ResourceKey;
import dev.serin.config.ResourceKind;
import dev.serin.config.codec.ResourceReader;
import dev.serin.config.schema.Schemas;
import dev.serin.controlplane.install.Manifests;
import dev.serin.local.api.ResourceClient;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/// The start of a mesh as resources: its own, then what the person gave, then waiting until it all
/// runs, then the summary that the person reads. Blocks; used by the supervisor's main thread only.
final class Rollout {
    private static final Duration OWN = Duration.ofSeconds(60);
    private static final Duration GIVEN = Duration.ofSeconds(120);
    private static final Set<ResourceKind> WATCHED = Set.of(Kinds.POD, Kinds.DEPLOYMENT);

    private final ResourceClient client;
    private final MeshHome home;
    private final Consumer<String> print;
    private final Applier applier;
    private String request = "";
    private List<Resource> given = List.of();

    Rollout(ResourceClient client, MeshHome home, Consumer<String> print) {
        this.client = client;
        this.home = home;
        this.print = print;
        this.applier = new Applier(client, print);
    }

    /// The mesh's own namespace, control plane, gateway and webhooks.
    void install(String rootPem) {
        var options = Manifests.Options.usual(rootPem, ControlPlanePod.injection());
        Manifests.of(options).forEach(applier::apply);
    }

    /// Reads what the front left, once its control plane is there to inject sidecars, and applies
    /// it.
    void given() throws IOException {
        print.accept("starting the control plane");
        Until.isTrue(client, WATCHED, OWN, () -> isAvailable("istio-system", "istiod"));
        apply();
    }

    /// Applies what the person brought to the running mesh, and waits for it. One at a time.
    ///
    /// @return whether all was taken and runs
    synchronized boolean more(CompletableFuture<Duration> stop) {
        try {
            var all = apply();
            Until.isTrue(client, WATCHED, GIVEN, () -> stop.isDone() || pending().isEmpty());
            return all && sayPending();
        } catch (IOException e) {
            print.accept("not applied: " + e);
            return false;
        }
    }

    private boolean apply() throws IOException {
        if (!Files.exists(home.given())) {
            return true;
        }
        var lines = Files.readAllLines(home.given());
        request = lines.isEmpty() ? "" : lines.getFirst();
        var reader = new ResourceReader(Schemas.load());
        var resources = new ArrayList<Resource>();
        for (var line : lines.subList(Math.min(1, lines.size()), lines.size())) {
            reader.read(home.given().toString(), line)
                    .manifests()
                    .forEach(m -> resources.add(m.resource()));
        }
        given = List.copyOf(resources);
        var accepted = given.stream().filter(applier::apply).count();
        if (!given.isEmpty()) {
            print.accept("applied " + accepted + " of " + given.size() + " resources");
        }
        // Read once: the next start without files brings up what is stored.
        Files.delete(home.given());
        return accepted == given.size();
    }

    /// Waits for every Deployment that there is, or until the person has had enough, saying what
    /// changes meanwhile.
    void awaitReady(CompletableFuture<Duration> stop) {
        try (var _ = new Narrator(client, print)) {
            Until.isTrue(client, WATCHED, GIVEN, () -> stop.isDone() || pending().isEmpty());
        }
        sayPending();
    }

    private boolean sayPending() {
        var pending = pending();
        pending.forEach(d -> print.accept("not ready: " + d + "; see why: kubectl describe " + d));
        return pending.isEmpty();
    }

    /// Pods, services, addresses, and a line to copy.
    void summary(Summary summary, Duration took) throws IOException {
        summary.write(home.summary());
        print.accept("");
        print.accept("POD                                                READY  STATUS");
        for (var pod : client.list(Kinds.POD, null, Map.of())) {
            var words = PodLine.of(pod).split(" ", 2);
            print.accept("%-50s %-6s %s".formatted(name(pod), words[0], words[1]));
        }
        print.accept("");
        print.accept("SERVICE                                            TYPE          ADDRESS");
        for (var service : client.list(Kinds.SERVICE, null, Map.of())) {
            print.accept(
                    "%-50s %-13s %s"
                            .formatted(
                                    name(service),
                                    service.spec().path("type").asString("ClusterIP"),
                                    address(service)));
        }
        print.accept("");
        print.accept("gateway     " + summary.gateway());
        print.accept(
                "kubernetes  "
                        + summary.kubernetes()
                        + "   export KUBECONFIG="
                        + home.kubeconfig());
        print.accept(
                "egress      "
                        + (summary.egress().equals("on")
                                ? "on: pods reach this machine's network by TCP (--egress off)"
                                : "off: pods reach only each other (--egress on)"));
        print.accept("");
        print.accept("mesh '" + home.name() + "' is up after " + seconds(took));
        if (isEmpty()) {
            print.accept(
                    "nothing runs in it yet: kubectl create -f FILE; `serin demo` has examples");
        }
        if (!request.isEmpty()) {
            print.accept("try: " + request.replace("http://127.0.0.1:8080", summary.gateway()));
        }
    }

    private boolean isEmpty() {
        return client.list(Kinds.POD, null, Map.of()).stream()
                .allMatch(pod -> pod.namespace().equals("istio-system"));
    }

    private List<String> pending() {
        return client.list(Kinds.DEPLOYMENT, null, Map.of()).stream()
                .filter(d -> !isAvailable(d))
                .map(d -> "deployment/" + d.name() + " -n " + d.namespace())
                .toList();
    }

    private boolean isAvailable(String namespace, String name) {
        var there = client.get(new ResourceKey(Kinds.DEPLOYMENT.family(), namespace, name));
        return there != null && isAvailable(there);
    }

    /// All replicas of the newest template are there and ready.
    private boolean isAvailable(@Nullable Resource deployment) {
        if (deployment == null) {
            return false;
        }
        var wanted = deployment.spec().path("replicas").asInt(1);
        var status = deployment.status();
        return status.path("observedGeneration").asLong(0) >= deployment.generation()
                && status.path("updatedReplicas").asInt(0) >= wanted
                && status.path("availableReplicas").asInt(0) >= wanted;
    }

    private static String name(Resource resource) {
        return resource.namespace().equals("default")
                ? resource.name()
                : resource.namespace() + "/" + resource.name();
    }

    private static String address(Resource service) {
        var outside =
                service.status()
                        .path("loadBalancer")
                        .path("ingress")
                        .path(0)
                        .path("ip")
                        .asString("");
        var inside = service.spec().path("clusterIP").asString("");
        return outside.isEmpty() ? inside : inside + ", on this machine " + outside;
    }

    private static String seconds(Duration took) {
        return "%.1f s".formatted(took.toMillis() / 1000.0);
    }
}
