package dev.serin.local.api.write;

import dev.serin.base.chance.Draw;
import dev.serin.base.chance.Draws;
import dev.serin.base.time.Ticker;
import dev.serin.config.Resource;
import dev.serin.local.api.Refusal;
import dev.serin.local.api.kind.ServedKind;
import dev.serin.local.api.manage.ManagedFields;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;

/// What the API itself writes into a resource: names, identity, times, the generation, and which
/// part of an update counts.
public final class Stamp {
    /// Without vowels, so that no word comes out.
    private static final String LETTERS = "bcdfghjklmnpqrstvwxz2456789";

    /// A status that its creator may give, since it is what the resource is about.
    private static final Set<String> BORN_WITH_STATUS = Set.of("nodes");

    /// Metadata that no writer can change.
    private static final List<String> FIXED =
            List.of(
                    "name",
                    "namespace",
                    "uid",
                    "creationTimestamp",
                    "generation",
                    "resourceVersion",
                    "deletionTimestamp",
                    "deletionGracePeriodSeconds",
                    "generateName",
                    "selfLink");

    /// Written so often, and by one writer only, that notes would be most of them.
    private static final Set<String> UNMANAGED = Set.of("events", "leases.coordination.k8s.io");

    private final Ticker ticker;
    private final Draw letters;

    public Stamp(Ticker ticker, Draws draws) {
        this.ticker = ticker;
        this.letters = draws.named("generate-name");
    }

    Instant time() {
        return ticker.now();
    }

    /// Makes a new resource's own identity.
    void born(ObjectNode body, ServedKind served, String namespace) {
        var kind = served.kind();
        body.put("apiVersion", kind.apiVersion());
        body.put("kind", kind.kind());
        var metadata = body.withObject("/metadata");
        if (!metadata.path("resourceVersion").asString("").isEmpty()) {
            throw new Refusal(
                    500, "", "resourceVersion should not be set on objects to be created");
        }
        for (var field :
                List.of(
                        "deletionTimestamp",
                        "deletionGracePeriodSeconds",
                        "selfLink",
                        "resourceVersion")) {
            metadata.remove(field);
        }
        if (kind.namespaced()) {
            metadata.put("namespace", namespace);
        } else {
            metadata.remove("namespace");
        }
        metadata.put("uid", UUID.randomUUID().toString());
        metadata.put("creationTimestamp", ticker.now().truncatedTo(ChronoUnit.SECONDS).toString());
        metadata.remove("generation");
        if (served.countsGenerations()) {
            metadata.put("generation", 1);
        }
        if (served.hasStatus() && !BORN_WITH_STATUS.contains(kind.family())) {
            body.remove("status");
        }
    }

    /// Gives a name where only its beginning was asked for; answers whether it did.
    boolean name(ObjectNode body) {
        var metadata = body.withObject("/metadata");
        var prefix = metadata.path("generateName").asString("");
        if (!metadata.path("name").asString("").isEmpty() || prefix.isEmpty()) {
            return false;
        }
        var name = new StringBuilder(prefix.substring(0, Math.min(prefix.length(), 58)));
        for (int i = 0; i < 5; i++) {
            name.append(LETTERS.charAt(letters.below(LETTERS.length())));
        }
        metadata.put("name", name.toString());
        return true;
    }

    /// The whole new state: the written part from `proposed`, the rest from `current`.
    ObjectNode merged(ServedKind served, Part part, Resource current, ObjectNode proposed) {
        var old = current.body();
        if (part != Part.MAIN) {
            var body = old.deepCopy();
            switch (part) {
                case STATUS -> copy(proposed, body, "status");
                case SCALE, FINALIZE -> copy(proposed, body, "spec");
                case MAIN -> {}
            }
            var noted = proposed.path("metadata").get("managedFields");
            if (noted != null) {
                body.withObject("/metadata").set("managedFields", noted);
            }
            return body;
        }
        proposed.put("apiVersion", served.kind().apiVersion());
        proposed.put("kind", served.kind().kind());
        var metadata = proposed.withObject("/metadata");
        for (var field : FIXED) {
            copy((ObjectNode) current.metadata(), metadata, field);
        }
        if (!metadata.has("managedFields")) {
            copy((ObjectNode) current.metadata(), metadata, "managedFields");
        }
        if (served.hasStatus()) {
            copy(old, proposed, "status");
        }
        return proposed;
    }

    /// Counts a change of what the resource asks for.
    void generation(ServedKind served, Resource current, ObjectNode body) {
        if (!served.countsGenerations()) {
            return;
        }
        var changed =
                !wish(served, current.body()).equals(wish(served, body))
                        || (current.kind().family().equals("deployments.apps")
                                && !current.metadata()
                                        .path("annotations")
                                        .equals(body.path("metadata").path("annotations")));
        var generation = current.generation() + (changed ? 1 : 0);
        // A number that was read from the disk is of another type than one that is put here, and
        // would make a write that changes nothing a change.
        if (body.path("metadata").path("generation").asLong(-1) != generation) {
            body.withObject("/metadata").put("generation", generation);
        }
    }

    /// Notes who wrote which fields, unless the writer has done so.
    void managed(
            Intent intent,
            ServedKind served,
            Part part,
            @Nullable Resource current,
            ObjectNode body) {
        var old = current == null ? null : current.body();
        var before = old == null ? null : old.path("metadata").get("managedFields");
        if (UNMANAGED.contains(served.kind().family())
                || !Objects.equals(before, body.path("metadata").get("managedFields"))) {
            return;
        }
        ManagedFields.update(old, body, served.schema().type(), note(intent, served, part));
    }

    /// How a write of now is noted.
    public ManagedFields.Write note(Intent intent, ServedKind served, Part part) {
        return new ManagedFields.Write(
                intent.manager(),
                served.kind().apiVersion(),
                part.subresource(),
                ticker.now().truncatedTo(ChronoUnit.SECONDS).toString());
    }

    /// All but metadata and status: some kinds have no spec.
    private static JsonNode wish(ServedKind served, ObjectNode body) {
        if (body.has("spec") && served.custom() == null) {
            return body.path("spec");
        }
        var rest = body.deepCopy();
        rest.remove("metadata");
        if (served.hasStatus()) {
            rest.remove("status");
        }
        return rest;
    }

    private static void copy(ObjectNode from, ObjectNode to, String field) {
        var value = from.get(field);
        if (value == null) {
            to.remove(field);
        } else {
            to.set(field, value);
        }
    }
}
