package dev.serin.xds.server;

import dev.serin.xds.ResourceType;
import dev.serin.xds.XdsResource;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What one proxy wants to know of one type, what it has been sent of it and what it has answered.
/// Owned by its stream.
final class Subscription {
    private static final String ANY_NAME = "*";

    private final ResourceType type;
    private final boolean delta;
    private final Set<String> names = new LinkedHashSet<>();
    private final Map<String, String> versions = new HashMap<>();
    private final Map<String, Sent> unanswered = new LinkedHashMap<>();
    private boolean asked;
    private boolean wildcard;
    private @Nullable List<XdsResource> settled;

    Subscription(ResourceType type, boolean delta) {
        this.type = type;
        this.delta = delta;
    }

    ResourceType type() {
        return type;
    }

    /// Takes over the names of a request.
    ///
    /// @return what must be answered now even if nothing changed, null if nothing
    @Nullable Answer ask(Ask ask) {
        var first = !asked;
        asked = true;
        var wasWildcard = wildcard;
        var added = new LinkedHashSet<>(ask.names());
        if (added.remove(ANY_NAME)
                || (first && added.isEmpty() && ask.dropped().isEmpty())
                || (!delta && added.isEmpty() && wasWildcard)) {
            wildcard = true;
        } else if (ask.dropped().contains(ANY_NAME) || (!delta && !added.isEmpty())) {
            wildcard = false;
        }
        if (first) {
            versions.putAll(ask.held());
        }
        if (delta) {
            // A name that is asked for again is wanted again: the proxy may have dropped it.
            if (!first) {
                added.forEach(versions::remove);
            }
            ask.dropped().forEach(this::drop);
        } else {
            new ArrayList<>(names).stream().filter(n -> !added.contains(n)).forEach(this::drop);
            added.removeAll(names);
        }
        names.addAll(added);
        var becameWildcard = wildcard && !wasWildcard;
        if (becameWildcard) {
            settled = null;
        }
        return becameWildcard || !added.isEmpty() ? new Answer(becameWildcard, added) : null;
    }

    /// Whether the proxy knows or is told of resources of this name.
    boolean wants(String name) {
        return wildcard || names.contains(name);
    }

    Set<String> names() {
        return names;
    }

    boolean holds(String name) {
        return versions.containsKey(name);
    }

    /// Makes the next look at `name` send it again, though it did not change.
    void forget(String name) {
        versions.remove(name);
    }

    /// What to tell so that the proxy knows what `view` holds.
    ///
    /// @param removals whether to tell what is gone, too
    @SuppressWarnings("ReferenceEquality") // the source's promise: same instance, same content
    Changes changes(DiscoverySource.Resources view, boolean removals) {
        var changed = new ArrayList<XdsResource>();
        var removed = new ArrayList<String>();
        if (wildcard) {
            var all = view.all(type);
            if (all == settled) {
                return new Changes(List.of(), List.of());
            }
            var there = HashSet.<String>newHashSet(all.size());
            for (var resource : all) {
                there.add(resource.name());
                addIfNew(resource, changed);
            }
            if (removals) {
                for (var name : versions.keySet()) {
                    if (!there.contains(name) && !names.contains(name)) {
                        removed.add(name);
                    }
                }
                settled = all;
            }
        }
        changesOf(names, view, removals && type != ResourceType.ENDPOINT, changed, removed);
        return new Changes(changed, removed);
    }

    /// The same for some names only.
    Changes changesOf(Set<String> some, DiscoverySource.Resources view, boolean removals) {
        var changed = new ArrayList<XdsResource>();
        var removed = new ArrayList<String>();
        changesOf(some, view, removals, changed, removed);
        return new Changes(changed, removed);
    }

    private void changesOf(
            Set<String> some,
            DiscoverySource.Resources view,
            boolean removals,
            List<XdsResource> changed,
            List<String> removed) {
        for (var name : some) {
            var resource = view.find(type, name);
            if (resource != null) {
                addIfNew(resource, changed);
            } else if (removals && versions.containsKey(name)) {
                removed.add(name);
            }
        }
    }

    private void addIfNew(XdsResource resource, List<XdsResource> changed) {
        if (!resource.version().equals(versions.get(resource.name()))) {
            changed.add(resource);
        }
    }

    void sent(String nonce, String revision, Changes changes) {
        changes.changed().forEach(r -> versions.put(r.name(), r.version()));
        changes.removed().forEach(versions::remove);
        unanswered.put(
                nonce,
                new Sent(revision, changes.changed().stream().map(XdsResource::name).toList()));
    }

    /// Takes the answer to `nonce`, which is one to everything that was sent before it, too.
    ///
    /// @return what was answered, null if nothing waits for this answer
    @Nullable Sent answered(String nonce) {
        if (!unanswered.containsKey(nonce)) {
            return null;
        }
        var names = new ArrayList<String>();
        for (var waiting = unanswered.entrySet().iterator(); waiting.hasNext(); ) {
            var sent = waiting.next();
            waiting.remove();
            names.addAll(sent.getValue().names());
            if (sent.getKey().equals(nonce)) {
                return new Sent(sent.getValue().revision(), names);
            }
        }
        throw new IllegalStateException("nonce " + nonce);
    }

    boolean allAnswered() {
        return unanswered.isEmpty();
    }

    private void drop(String name) {
        names.remove(name);
        if (!wildcard) {
            versions.remove(name);
        }
    }

    /// What a request wants to hear of, changed or not.
    record Answer(boolean everything, Set<String> names) {}

    /// What to tell a proxy.
    record Changes(List<XdsResource> changed, List<String> removed) {
        boolean isEmpty() {
            return changed.isEmpty() && removed.isEmpty();
        }
    }

    /// A response that waits for its answer.
    record Sent(String revision, List<String> names) {}
}
