package dev.serin.local.controllers.storage;

import dev.serin.base.time.Ticker;
import dev.serin.config.Resource;
import dev.serin.config.ResourceKey;
import dev.serin.config.ResourceKind;
import dev.serin.local.api.Refusal;
import dev.serin.local.api.ResourceClient;
import dev.serin.local.controllers.Controller;
import dev.serin.local.controllers.Events;
import dev.serin.local.controllers.Kinds;
import dev.serin.local.controllers.PodState;
import dev.serin.local.controllers.Statuses;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/// Gives each PersistentVolumeClaim a volume: one that is there and fits, or a folder of its own
/// where its class is this machine's. What a claim leaves behind is kept or deleted as its volume
/// says.
public final class ClaimController implements Controller {
    /// The provisioner of the class that is there from the start.
    public static final String PROVISIONER = "serin.dev/folder";

    static final String CLAIM_GUARD = "kubernetes.io/pvc-protection";
    static final String VOLUME_GUARD = "kubernetes.io/pv-protection";
    private static final String PROVISIONED = "pv.kubernetes.io/provisioned-by";

    private final ResourceClient client;
    private final Events events;
    private final Ticker ticker;
    private final Path folder;
    private final Consumer<Path> remove;

    /// @param folder where volumes are made, each in a folder of its own
    /// @param remove deletes such a folder with all that is in it
    public ClaimController(
            ResourceClient client,
            Events events,
            Ticker ticker,
            Path folder,
            Consumer<Path> remove) {
        this.client = client;
        this.events = events;
        this.ticker = ticker;
        this.folder = folder;
        this.remove = remove;
    }

    /// The class of folders of this machine, which is taken where a claim names none.
    public static Resource standard() {
        var body = JsonNodeFactory.instance.objectNode();
        body.put("apiVersion", "storage.k8s.io/v1").put("kind", "StorageClass");
        body.putObject("metadata")
                .put("name", "standard")
                .putObject("annotations")
                .put("storageclass.kubernetes.io/is-default-class", "true");
        body.put("provisioner", PROVISIONER).put("reclaimPolicy", "Delete");
        body.put("volumeBindingMode", "Immediate");
        return new Resource(Kinds.STORAGE_CLASS, body);
    }

    @Override
    public String name() {
        return "persistentvolumeclaim";
    }

    @Override
    public Set<ResourceKind> watches() {
        return Set.of(Kinds.CLAIM, Kinds.VOLUME, Kinds.STORAGE_CLASS, Kinds.POD);
    }

    @Override
    public Collection<ResourceKey> wakes(Resource resource) {
        var family = resource.kind().family();
        if (family.equals(Kinds.CLAIM.family())) {
            var volume = resource.spec().path("volumeName").asString("");
            return volume.isEmpty()
                    ? List.of(resource.key())
                    : List.of(resource.key(), Kinds.key(Kinds.VOLUME, "", volume));
        }
        if (family.equals(Kinds.POD.family())) {
            var keys = new ArrayList<ResourceKey>();
            for (var volume : resource.spec().path("volumes")) {
                var claim = volume.path("persistentVolumeClaim").path("claimName").asString("");
                if (!claim.isEmpty()) {
                    keys.add(Kinds.key(Kinds.CLAIM, resource.namespace(), claim));
                }
            }
            return keys;
        }
        var keys = new ArrayList<ResourceKey>();
        if (family.equals(Kinds.VOLUME.family())) {
            keys.add(resource.key());
        }
        client.list(Kinds.CLAIM, null, Map.of()).stream()
                .filter(claim -> !phase(claim).equals("Bound"))
                .forEach(claim -> keys.add(claim.key()));
        return keys;
    }

    @Override
    public @Nullable Duration reconcile(ResourceKey key) {
        var resource = client.get(key);
        if (resource != null && key.family().equals(Kinds.CLAIM.family())) {
            claim(resource);
        } else if (resource != null) {
            volume(resource);
        }
        return null;
    }

    private static String phase(Resource resource) {
        return resource.status().path("phase").asString("Pending");
    }

    private void claim(Resource claim) {
        if (claim.metadata().has("deletionTimestamp")) {
            if (!isUsed(claim)) {
                client.update(without(claim, CLAIM_GUARD));
            }
            return;
        }
        var named = claim.spec().path("volumeName").asString("");
        if (!named.isEmpty()) {
            var volume = client.get(Kinds.key(Kinds.VOLUME, "", named));
            if (volume == null) {
                tell(claim, phase(claim).equals("Bound") ? "Lost" : "Pending", null);
            } else if (isOf(volume, claim) || !volume.spec().has("claimRef")) {
                bind(claim, volume);
            }
            return;
        }
        var fitting = Fit.smallest(claim, client.list(Kinds.VOLUME, null, Map.of()));
        if (fitting != null) {
            bind(claim, fitting);
            return;
        }
        provide(claim);
    }

    private void provide(Resource claim) {
        var name = claim.spec().path("storageClassName").asString("");
        var storage = name.isEmpty() ? null : client.get(Kinds.key(Kinds.STORAGE_CLASS, "", name));
        if (name.isEmpty()) {
            wait(
                    claim,
                    "FailedBinding",
                    "no persistent volumes available for this claim and no storage class is set");
        } else if (storage == null) {
            wait(
                    claim,
                    "ProvisioningFailed",
                    "storageclass.storage.k8s.io \"" + name + "\" not found");
        } else if (!storage.body().path("provisioner").asString("").equals(PROVISIONER)) {
            wait(
                    claim,
                    "ExternalProvisioning",
                    "Waiting for a volume to be created either by the external provisioner '"
                            + storage.body().path("provisioner").asString("")
                            + "' or manually by the system administrator; on this machine only "
                            + PROVISIONER
                            + " makes volumes");
        } else if (storage.body()
                        .path("volumeBindingMode")
                        .asString("")
                        .equals("WaitForFirstConsumer")
                && !isUsed(claim)) {
            wait(
                    claim,
                    "WaitForFirstConsumer",
                    "waiting for first consumer to be created before binding");
        } else {
            var volume = made(claim, storage);
            bind(claim, volume);
            events.normal(
                    claim,
                    "ProvisioningSucceeded",
                    "Successfully provisioned volume " + volume.name());
        }
    }

    private void wait(Resource claim, String reason, String message) {
        tell(claim, "Pending", null);
        events.normal(claim, reason, message);
    }

    private Resource made(Resource claim, Resource storage) {
        var name = "pvc-" + claim.uid();
        var there = client.get(Kinds.key(Kinds.VOLUME, "", name));
        if (there != null) {
            return there;
        }
        var body = JsonNodeFactory.instance.objectNode();
        body.put("apiVersion", "v1").put("kind", "PersistentVolume");
        body.putObject("metadata")
                .put("name", name)
                .putObject("annotations")
                .put(PROVISIONED, PROVISIONER);
        var spec = body.putObject("spec");
        spec.putObject("capacity").set("storage", claim.spec().at("/resources/requests/storage"));
        spec.set("accessModes", claim.spec().path("accessModes"));
        spec.set("claimRef", reference(claim));
        spec.set("persistentVolumeReclaimPolicy", storage.body().path("reclaimPolicy"));
        spec.put("storageClassName", storage.name());
        spec.put("volumeMode", "Filesystem");
        spec.putObject("hostPath")
                .put("path", folder.resolve(name).toString())
                .put("type", "DirectoryOrCreate");
        return client.create(new Resource(Kinds.VOLUME, body));
    }

    private static ObjectNode reference(Resource claim) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("apiVersion", "v1")
                .put("kind", "PersistentVolumeClaim")
                .put("name", claim.name())
                .put("namespace", claim.namespace())
                .put("resourceVersion", claim.resourceVersion())
                .put("uid", claim.uid());
    }

    /// Whether the volume is kept for this claim; one that names no uid is kept for the name.
    static boolean isOf(Resource volume, Resource claim) {
        var reference = volume.spec().path("claimRef");
        return reference.path("name").asString("").equals(claim.name())
                && reference.path("namespace").asString("").equals(claim.namespace())
                && reference.path("uid").asString(claim.uid()).equals(claim.uid());
    }

    private void bind(Resource claim, Resource volume) {
        if (!volume.spec().path("claimRef").has("uid")) {
            var body = volume.body().deepCopy();
            ((ObjectNode) body.path("spec")).set("claimRef", reference(claim));
            client.update(new Resource(volume.kind(), body));
        }
        var bound = claim;
        if (!claim.spec().path("volumeName").asString("").equals(volume.name())) {
            var body = claim.body().deepCopy();
            ((ObjectNode) body.path("spec")).put("volumeName", volume.name());
            body.withObject("/metadata")
                    .withObject("/annotations")
                    .put("pv.kubernetes.io/bind-completed", "yes")
                    .put("pv.kubernetes.io/bound-by-controller", "yes");
            bound = client.update(new Resource(claim.kind(), body));
        }
        tell(bound, "Bound", volume);
    }

    private void tell(Resource claim, String phase, @Nullable Resource volume) {
        var body = claim.body().deepCopy();
        var status = body.withObject("/status").put("phase", phase);
        if (volume != null) {
            status.set("accessModes", volume.spec().path("accessModes"));
            status.set("capacity", volume.spec().path("capacity"));
        }
        Statuses.write(client, claim, body);
    }

    private boolean isUsed(Resource claim) {
        for (var pod : client.list(Kinds.POD, claim.namespace(), Map.of())) {
            for (var volume : pod.spec().path("volumes")) {
                if (volume.at("/persistentVolumeClaim/claimName").asString("").equals(claim.name())
                        && !PodState.of(pod).ended()) {
                    return true;
                }
            }
        }
        return false;
    }

    private void volume(Resource volume) {
        var reference = volume.spec().path("claimRef");
        var claim =
                client.get(
                        Kinds.key(
                                Kinds.CLAIM,
                                reference.path("namespace").asString("default"),
                                reference.path("name").asString("-")));
        var has = claim != null && isOf(volume, claim);
        if (volume.metadata().has("deletionTimestamp")) {
            if (!has) {
                client.update(without(volume, VOLUME_GUARD));
            }
            return;
        }
        if (has) {
            phase(volume, "Bound");
        } else if (!reference.path("uid").asString("").isEmpty()) {
            released(volume);
        } else {
            phase(volume, "Available");
        }
    }

    private void released(Resource volume) {
        var ours = PROVISIONER.equals(volume.annotations().get(PROVISIONED));
        if (ours
                && volume.spec()
                        .path("persistentVolumeReclaimPolicy")
                        .asString("")
                        .equals("Delete")) {
            // Only what was made here is removed, whatever the path says.
            remove.accept(folder.resolve(volume.name()));
            client.delete(volume.key(), null);
            return;
        }
        phase(volume, "Released");
    }

    private void phase(Resource volume, String phase) {
        if (!phase(volume).equals(phase) || !volume.status().has("phase")) {
            var body = volume.body().deepCopy();
            body.withObject("/status")
                    .put("phase", phase)
                    .put(
                            "lastPhaseTransitionTime",
                            ticker.now().truncatedTo(ChronoUnit.SECONDS).toString());
            try {
                client.updateStatus(new Resource(volume.kind(), body));
            } catch (Refusal refusal) {
                if (refusal.code() != 404) {
                    throw refusal;
                }
            }
        }
    }

    private static Resource without(Resource resource, String finalizer) {
        var body = resource.body().deepCopy();
        var kept = ((ObjectNode) body.path("metadata")).putArray("finalizers");
        for (JsonNode there : resource.metadata().path("finalizers")) {
            if (!there.asString("").equals(finalizer)) {
                kept.add(there);
            }
        }
        return new Resource(resource.kind(), body);
    }
}
