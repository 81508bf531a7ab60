package dev.serin.local.api.custom;

import dev.serin.config.Resource;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/// Which of the names that a definition asks for it gets: none that another of its group has.
final class Naming {
    private static final List<String> KINDS = List.of("kind", "listKind");

    private Naming() {}

    /// The status that a definition should have.
    static ObjectNode status(Definition definition, Collection<Definition> all, Instant now) {
        var status =
                definition.resource().status() instanceof ObjectNode there
                        ? there.deepCopy()
                        : JsonNodeFactory.instance.objectNode();
        var taken = taken(definition, all);
        var had = definition.resource().status().path("acceptedNames");
        var names = JsonNodeFactory.instance.objectNode();
        var reason = "";
        var message = "";
        for (var name : definition.names().properties()) {
            var field = name.getKey();
            var clash = clash(name.getValue(), had.path(field), field, taken);
            if (clash.isEmpty() || field.equals("categories")) {
                names.set(field, name.getValue());
            } else {
                if (had.has(field)) {
                    names.set(field, had.path(field));
                }
                reason = Character.toUpperCase(field.charAt(0)) + field.substring(1) + "Conflict";
                message = '"' + clash + "\" is already in use";
            }
        }
        status.set("acceptedNames", names);
        var accepted = reason.isEmpty();
        set(
                status,
                "NamesAccepted",
                accepted,
                accepted ? "NoConflicts" : reason,
                accepted ? "no conflicts found" : message,
                now);
        if (accepted) {
            set(
                    status,
                    "Established",
                    true,
                    "InitialNamesAccepted",
                    "the initial names have been accepted",
                    now);
        } else if (!definition.is("Established")) {
            set(status, "Established", false, "NotAccepted", "not all names are accepted", now);
        }
        return status;
    }

    private record Taken(Set<String> resources, Set<String> kinds) {}

    private static Taken taken(Definition definition, Collection<Definition> all) {
        var taken = new Taken(new HashSet<>(), new HashSet<>());
        for (var other : all) {
            if (other.group().equals(definition.group())
                    && !other.resource().name().equals(definition.resource().name())) {
                var names = other.resource().status().path("acceptedNames");
                taken.resources.add(names.path("plural").asString(""));
                taken.resources.add(names.path("singular").asString(""));
                names.path("shortNames").forEach(n -> taken.resources.add(n.asString("")));
                KINDS.forEach(field -> taken.kinds.add(names.path(field).asString("")));
            }
        }
        return taken;
    }

    /// The name that another has, empty if all are free.
    private static String clash(JsonNode wanted, JsonNode had, String field, Taken taken) {
        if (wanted.equals(had)) {
            return "";
        }
        var used = KINDS.contains(field) ? taken.kinds : taken.resources;
        if (wanted.isArray()) {
            for (var one : wanted) {
                if (used.contains(one.asString(""))
                        && !Definition.strings(had).contains(one.asString(""))) {
                    return one.asString("");
                }
            }
            return "";
        }
        return used.contains(wanted.asString("")) ? wanted.asString("") : "";
    }

    /// Its time changes with its status only.
    static void set(
            ObjectNode status,
            String type,
            boolean is,
            String reason,
            String message,
            Instant now) {
        var conditions = status.withArray("/conditions");
        ObjectNode condition = null;
        for (var one : conditions) {
            if (one.path("type").asString("").equals(type) && one instanceof ObjectNode found) {
                condition = found;
            }
        }
        if (condition == null) {
            condition = conditions.addObject();
        }
        var word = is ? "True" : "False";
        if (!condition.path("status").asString("").equals(word)) {
            condition.put("lastTransitionTime", now.truncatedTo(ChronoUnit.SECONDS).toString());
        }
        Objects.requireNonNull(condition)
                .put("message", message)
                .put("reason", reason)
                .put("status", word)
                .put("type", type);
    }

    /// A copy whose deletion has begun.
    static ObjectNode ending(Resource definition, Instant now) {
        var body = definition.body().deepCopy();
        var metadata = body.withObject("/metadata");
        if (!Definition.strings(metadata.path("finalizers")).contains(Definition.CLEANUP)) {
            metadata.withArray("/finalizers").add(Definition.CLEANUP);
        }
        set(
                body.withObject("/status"),
                "Terminating",
                true,
                "InstanceDeletionPending",
                "CustomResourceDefinition marked for deletion; CustomResource deletion will begin"
                        + " soon",
                now);
        return body;
    }
}
