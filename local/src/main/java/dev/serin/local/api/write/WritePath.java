package dev.serin.local.api.write;

import dev.serin.config.Resource;
import dev.serin.config.ResourceKey;
import dev.serin.local.api.Refusal;
import dev.serin.local.api.kind.ServedKind;
import dev.serin.local.api.manage.ManagedFields;
import dev.serin.local.store.Store;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.node.ObjectNode;

import java.util.Objects;

/// One write from what the writer sent to what the disk holds. Safe for any thread; blocks on
/// webhooks and on the disk.
public final class WritePath {
    /// How often a write that names no resourceVersion is tried when others come between.
    private static final int ATTEMPTS = 20;

    private final Store store;
    private final KindRules rules;
    private final Admission admission;
    private final Stamp stamp;

    public WritePath(Store store, KindRules rules, Admission admission, Stamp stamp) {
        this.store = store;
        this.rules = rules;
        this.admission = admission;
        this.stamp = stamp;
    }

    /// @param proposed becomes the path's own
    public Resource create(
            Intent intent, ServedKind served, String namespace, ObjectNode proposed) {
        // The name first: everything after speaks of it.
        var kind = served.kind();
        stamp.born(proposed, served, namespace);
        for (int attempt = 1; ; attempt++) {
            var body = attempt == 1 ? proposed : proposed.deepCopy();
            var generated = stamp.name(body);
            var name = body.path("metadata").path("name").asString("");
            var key = new ResourceKey(kind.family(), namespace, name);
            requireNamespace(key, kind.namespaced());
            // The writer is noted for what it said and the kind's defaults, not for what the server
            // adds.
            var said = body.deepCopy();
            rules.fill(served, said);
            // Defaults before the webhooks, so that they see a complete resource.
            rules.prepare(intent, served, body, null);
            // Webhooks may leave out what they do not know, so defaults once more.
            var review = new Admission.Review("CREATE", kind, namespace, name, "", body, null);
            body = admission.mutate(review, intent);
            rules.prepare(intent, served, body, null);
            rules.validate(intent, served, body, null);
            admission.validate(review.with(body), intent);
            stamp.managed(intent, served, Part.MAIN, null, said);
            var noted = said.path("metadata").get("managedFields");
            if (noted != null) {
                body.withObject("/metadata").set("managedFields", noted);
            }
            if (intent.dryRun()) {
                if (store.get(key) != null) {
                    throw Refusal.exists(key);
                }
                return tried(intent, served, body);
            }
            try {
                return stored(intent, served, key, body);
            } catch (Refusal refusal) {
                if (!generated
                        || attempt == ATTEMPTS
                        || !refusal.reason().equals("AlreadyExists")) {
                    throw refusal;
                }
            }
        }
    }

    /// With what it would be allotted.
    private Resource tried(Intent intent, ServedKind served, ObjectNode body) {
        try (var _ = rules.reserve(intent, served, body)) {
            return new Resource(served.kind(), body);
        }
    }

    private Resource stored(Intent intent, ServedKind served, ResourceKey key, ObjectNode body) {
        try (var reserved = rules.reserve(intent, served, body)) {
            var resource = new Resource(served.kind(), body);
            var answer =
                    store.write(
                            key,
                            current -> {
                                if (current != null) {
                                    throw Refusal.exists(key);
                                }
                                requireNamespace(key, served.kind().namespaced());
                                return resource;
                            });
            reserved.keep();
            return Objects.requireNonNull(answer);
        }
    }

    /// Replaces a part of a resource.
    ///
    /// @param proposal a resourceVersion in its body must be the current one
    public Resource update(
            Intent intent, ServedKind served, ResourceKey key, Part part, Proposal proposal) {
        for (int attempt = 1; ; attempt++) {
            var current = store.get(key);
            if (current == null) {
                throw Refusal.notFound(key);
            }
            var proposed = proposal.from(current);
            var named = proposed.path("metadata").path("resourceVersion").asString("");
            if (!named.isEmpty() && !named.equals(current.resourceVersion())) {
                throw Refusal.stale(key);
            }
            var body = revise(intent, served, key, part, current, proposed);
            // Who owns what, unless the proposal has said so, or nothing is new.
            if (!proposal.notesOwners() && !body.equals(current.body())) {
                stamp.managed(intent, served, part, current, body);
            }
            if (body.equals(current.body()) || intent.dryRun()) {
                return body.equals(current.body()) ? current : new Resource(served.kind(), body);
            }
            try {
                return replaced(intent, served, key, current, body);
            } catch (Refusal refusal) {
                // Another writer came between; the proposal is made anew from what it left.
                if (attempt == ATTEMPTS
                        || !refusal.reason().equals("Conflict")
                        || isNamed(proposal, current, named)) {
                    throw refusal;
                }
            }
        }
    }

    /// Whether the writer itself named the resourceVersion (a patch starts from the current one).
    private static boolean isNamed(Proposal proposal, Resource current, String named) {
        return proposal instanceof Replacement && !named.isEmpty() && !current.body().isEmpty();
    }

    private ObjectNode revise(
            Intent intent,
            ServedKind served,
            ResourceKey key,
            Part part,
            Resource current,
            ObjectNode proposed) {
        // Only the part that is written comes from the writer.
        var body = stamp.merged(served, part, current, proposed);
        rules.prepare(intent, served, body, current);
        // Webhooks see what would be stored.
        var review =
                new Admission.Review(
                        "UPDATE",
                        served.kind(),
                        key.namespace(),
                        key.name(),
                        part.subresource(),
                        body,
                        current);
        body = admission.mutate(review, intent);
        rules.prepare(intent, served, body, current);
        rules.validate(intent, served, body, current);
        admission.validate(review.with(body), intent);
        // Counted last, so that a webhook's change of the spec counts.
        stamp.generation(served, current, body);
        return body;
    }

    private Resource replaced(
            Intent intent, ServedKind served, ResourceKey key, Resource current, ObjectNode body) {
        var next = new Resource(served.kind(), body);
        try (var reserved = rules.reserve(intent, served, body)) {
            var answer =
                    store.write(
                            key,
                            now -> {
                                if (now == null) {
                                    throw Refusal.notFound(key);
                                }
                                if (!now.resourceVersion().equals(current.resourceVersion())) {
                                    throw Refusal.stale(key);
                                }
                                // The last finalizer of a deleted resource is gone.
                                return Deletion.isOver(next) ? null : next;
                            });
            reserved.keep();
            if (!Deletion.isOver(next)) {
                return Objects.requireNonNull(answer);
            }
            var last = body.deepCopy();
            last.withObject("/metadata")
                    .put("resourceVersion", Objects.requireNonNull(answer).resourceVersion());
            return new Resource(served.kind(), last);
        }
    }

    /// How a write of now is noted among a resource's managed fields.
    public ManagedFields.Write note(Intent intent, ServedKind served, Part part) {
        return stamp.note(intent, served, part);
    }

    /// Deletes, or starts to. Answers the resource as it is left, and whether it is gone.
    public Deleted delete(
            Intent intent, ServedKind served, ResourceKey key, DeleteOptions options) {
        var current = store.get(key);
        if (current == null) {
            throw Refusal.notFound(key);
        }
        var review =
                new Admission.Review(
                        "DELETE",
                        served.kind(),
                        key.namespace(),
                        key.name(),
                        "",
                        current.body(),
                        current);
        admission.mutate(review, intent);
        admission.validate(review, intent);
        if (intent.dryRun()) {
            return new Deleted(current, true);
        }
        var gone = new boolean[1];
        var left =
                store.write(
                        key,
                        now -> {
                            if (now == null) {
                                throw Refusal.notFound(key);
                            }
                            var next = Deletion.begin(now, options, stamp.time());
                            gone[0] = next == null;
                            return next;
                        });
        var last = Objects.requireNonNull(left);
        return new Deleted(gone[0] ? Deletion.last(last, stamp.time()) : last, gone[0]);
    }

    /// @param last the resource as it is left: with a deletionTimestamp while it must wait
    public record Deleted(Resource last, boolean gone) {}

    private void requireNamespace(ResourceKey key, boolean namespaced) {
        if (!namespaced) {
            return;
        }
        var namespace = store.get(new ResourceKey("namespaces", "", key.namespace()));
        if (namespace == null) {
            throw Refusal.notFound(new ResourceKey("namespaces", "", key.namespace()));
        }
        if (isEnding(namespace)) {
            throw new Refusal(
                    403,
                    "Forbidden",
                    key.family()
                            + " \""
                            + key.name()
                            + "\" is forbidden: unable to create new content in namespace "
                            + key.namespace()
                            + " because it is being terminated",
                    Refusal.Details.of(key));
        }
    }

    private static boolean isEnding(@Nullable Resource namespace) {
        return namespace != null && namespace.metadata().has("deletionTimestamp");
    }
}
