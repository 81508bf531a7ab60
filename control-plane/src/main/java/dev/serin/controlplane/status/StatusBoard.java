package dev.serin.controlplane.status;

import dev.serin.config.Metadata;
import dev.serin.config.ResourceKey;
import dev.serin.controlplane.mesh.MeshSnapshot;
import dev.serin.xds.Rejected;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/// The conditions of every VirtualService, DestinationRule and Gateway, written when they change.
/// Owned by the control plane's thread.
///
/// Programmed is true once every connected proxy, at least one, has answered for everything up to
/// the revision in which the resource changed last.
public final class StatusBoard {
    private final StatusWriter writer;
    private final Map<ResourceKey, Long> since = new HashMap<>();
    private final Map<ResourceKey, String> unreadable = new HashMap<>();
    private final Map<ResourceKey, String> idle = new HashMap<>();
    private final Map<ResourceKey, List<StatusWriter.Condition>> written = new HashMap<>();
    private final Map<String, Long> synced = new TreeMap<>();
    private final Map<String, Refusal> rejected = new TreeMap<>();
    private Map<ResourceKey, Metadata> resources = Map.of();
    private Map<ResourceKey, String> unresolved = Map.of();
    private Map<ResourceKey, String> superseded = Map.of();

    public StatusBoard(StatusWriter writer) {
        this.writer = writer;
    }

    /// The resource changed, and takes effect with `revision`.
    ///
    /// @param withoutEffect what is written in it to no effect, in words
    public void changed(ResourceKey key, long revision, List<String> withoutEffect) {
        since.put(key, revision);
        unreadable.remove(key);
        if (withoutEffect.isEmpty()) {
            idle.remove(key);
        } else {
            idle.put(key, String.join("; ", withoutEffect));
        }
    }

    public void removed(ResourceKey key) {
        since.remove(key);
        unreadable.remove(key);
        idle.remove(key);
        written.remove(key);
    }

    /// The resource could not be read; its former version stays in force.
    public void unreadable(ResourceKey key, String why) {
        unreadable.put(key, why);
    }

    public void snapshot(MeshSnapshot mesh, Map<ResourceKey, Metadata> now) {
        resources = now;
        unresolved = new HashMap<>();
        mesh.routes()
                .unresolved()
                .forEach(u ->
                        unresolved.put(
                                u.key(),
                                "not there: "
                                        + String.join(", ", u.absent())
                                        + "; the host's former routes stay in force"));
        superseded = new HashMap<>();
        mesh.routes()
                .superseded()
                .forEach(s ->
                        superseded.merge(
                                s.key(),
                                "for " + s.host() + " the older " + s.by() + " is taken",
                                (one, other) -> one + "; " + other));
        write();
    }

    public void connected(String proxy) {
        synced.put(proxy, -1L);
    }

    public void disconnected(String proxy) {
        synced.remove(proxy);
        rejected.remove(proxy);
        write();
    }

    public void synced(String proxy, long revision) {
        if (synced.computeIfPresent(proxy, (_, _) -> revision) != null) {
            var refusal = rejected.get(proxy);
            if (refusal != null && refusal.revision < revision) {
                rejected.remove(proxy);
            }
            write();
        }
    }

    public void rejected(String proxy, Rejected what) {
        rejected.put(
                proxy,
                new Refusal(
                        Long.parseLong(what.revision()),
                        what.type().abbreviation() + " refused by " + proxy + ": " + what.text()));
        write();
    }

    private void write() {
        var lowest = synced.values().stream().mapToLong(Long::longValue).min().orElse(-1);
        resources.forEach((key, metadata) -> {
            var conditions = conditions(key, lowest);
            if (!conditions.equals(written.put(key, conditions))) {
                writer.write(key, metadata.generation(), conditions);
            }
        });
    }

    private List<StatusWriter.Condition> conditions(ResourceKey key, long lowest) {
        var conditions = new ArrayList<StatusWriter.Condition>();
        Consumer<StatusWriter.Condition> add = conditions::add;
        var bad = unreadable.get(key);
        var lost = superseded.get(key);
        if (bad != null) {
            add.accept(condition("Reconciled", "False", "Invalid", bad));
        } else if (lost != null) {
            add.accept(condition("Reconciled", "False", "Conflicted", lost));
        } else {
            add.accept(condition("Reconciled", "True", "Accepted", ""));
        }
        var missing = unresolved.get(key);
        add.accept(
                missing == null
                        ? condition("ResolvedRefs", "True", "ResolvedRefs", "")
                        : condition("ResolvedRefs", "False", "ReferenceNotFound", missing));
        add.accept(programmed(key, lowest, bad != null || missing != null));
        var without = idle.get(key);
        if (without != null) {
            add.accept(condition("FieldsInEffect", "False", "WithoutEffect", without));
        }
        return List.copyOf(conditions);
    }

    private StatusWriter.Condition programmed(ResourceKey key, long lowest, boolean held) {
        if (held) {
            return condition("Programmed", "False", "Pending", "the former version stays in force");
        }
        long needed = since.getOrDefault(key, 0L);
        for (var refusal : rejected.values()) {
            if (refusal.revision >= needed) {
                return condition("Programmed", "False", "Rejected", refusal.text);
            }
        }
        if (synced.isEmpty()) {
            return condition("Programmed", "Unknown", "NoProxies", "no proxy is connected");
        }
        return lowest >= needed
                ? condition("Programmed", "True", "Programmed", "")
                : condition("Programmed", "False", "Pending", "not every proxy has answered");
    }

    private static StatusWriter.Condition condition(
            String type, String status, String reason, String message) {
        return new StatusWriter.Condition(type, status, reason, message);
    }

    private record Refusal(long revision, String text) {}
}
