package dev.serin.conformance.recorded;

import dev.serin.config.Resource;
import dev.serin.config.ResourceKey;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// What the recorded server held, as far as the transcripts show it: what they read and wrote, in
/// order. Of what only a table shows, the objects come from the nearest transcript that has them
/// whole.
final class World {
    private final Map<ResourceKey, Resource> now = new LinkedHashMap<>();
    private final Map<ResourceKey, TreeMap<Integer, Resource>> seen = new HashMap<>();

    private final String root;

    /// @param root the certificate authority that the recorded one is replaced by
    World(List<Transcript> transcripts, String root) {
        this.root = root;
        for (var transcript : transcripts) {
            var placeholders = new Placeholders(transcript, root);
            for (var exchange : transcript.exchanges()) {
                for (var each : whole(exchange, placeholders)) {
                    seen.computeIfAbsent(each.key(), _ -> new TreeMap<>())
                            .put(transcript.number(), each);
                }
            }
        }
    }

    /// What was there when the transcript began: what earlier ones left, corrected by what it read
    /// before it wrote.
    Collection<Resource> before(Transcript transcript) {
        var placeholders = new Placeholders(transcript, root);
        var all = new LinkedHashMap<>(now);
        var settled = new HashSet<ResourceKey>();
        for (var exchange : transcript.exchanges()) {
            if (exchange.isRead()) {
                look(all, settled, transcript, exchange, placeholders);
            } else {
                wrote(all, settled, transcript, exchange);
            }
        }
        owners(all, settled, transcript.number());
        return all.values();
    }

    /// Adds owners that the record does not show, since without them the collector would take away
    /// what they own.
    private void owners(Map<ResourceKey, Resource> all, Set<ResourceKey> settled, int number) {
        for (var each : List.copyOf(all.values())) {
            for (var owner : each.metadata().path("ownerReferences")) {
                var group = owner.path("apiVersion").asString("");
                var kind = owner.path("kind").asString("");
                var name = owner.path("name").asString("");
                var plural = kind.toLowerCase(java.util.Locale.ROOT) + "s";
                var address =
                        Address.of(
                                (group.contains("/") ? "/apis/" : "/api/")
                                        + group
                                        + "/namespaces/"
                                        + each.namespace()
                                        + "/"
                                        + plural
                                        + "/"
                                        + name);
                var key = address.key(each.namespace(), name);
                if (all.containsKey(key) || kind.equals("Node")) {
                    continue;
                }
                if (settled.contains(key)) {
                    // Its owner is gone, as the record shows.
                    var orphan = each.body().deepCopy();
                    orphan.withObject("/metadata").remove("ownerReferences");
                    all.put(each.key(), new Resource(each.kind(), orphan));
                    continue;
                }
                var nearest = nearest(key, number);
                all.put(key, nearest == null ? unknown(address, each, owner) : nearest);
            }
        }
    }

    private static Resource unknown(Address address, Resource owned, JsonNode owner) {
        var kind = owner.path("kind").asString("");
        var body = JsonMapper.shared().createObjectNode();
        body.put("apiVersion", owner.path("apiVersion").asString("")).put("kind", kind);
        body.putObject("metadata")
                .put("name", address.name())
                .put("namespace", owned.namespace())
                .put("uid", owner.path("uid").asString(""))
                .put("creationTimestamp", Placeholders.THEN);
        body.putObject("spec");
        return new Resource(address.kind(kind, true), body);
    }

    /// Takes over what the transcript says of the time after it.
    void learn(Transcript transcript) {
        var placeholders = new Placeholders(transcript, root);
        for (var exchange : transcript.exchanges()) {
            if (exchange.isRead()) {
                look(now, Set.of(), transcript, exchange, placeholders);
                exchange.stream().forEach(event -> event(exchange, event, placeholders));
            } else if (!exchange.isDry() && exchange.address().isResource()) {
                write(exchange, placeholders);
            }
        }
    }

    private void write(Exchange exchange, Placeholders placeholders) {
        var address = exchange.address();
        if (exchange.method().equals("DELETE") && exchange.status() == 200) {
            var stays =
                    exchange.response() != null
                            && exchange.response().path("metadata").has("deletionTimestamp");
            if (!stays) {
                if (address.name().isEmpty()) {
                    return;
                }
                now.remove(address.key(address.namespace(), address.name()));
                return;
            }
        }
        whole(exchange, placeholders).forEach(each -> now.put(each.key(), each));
    }

    private void event(Exchange exchange, JsonNode event, Placeholders placeholders) {
        var object = event.path("object");
        if (object.path("kind").asString("").equals("Table")) {
            return;
        }
        var resource = resource(exchange.address(), object, "", placeholders);
        if (event.path("type").asString("").equals("DELETED")) {
            now.remove(resource.key());
        } else if (!resource.name().isEmpty()) {
            now.put(resource.key(), resource);
        }
    }

    /// What a read shows, but of what is settled.
    private void look(
            Map<ResourceKey, Resource> all,
            Set<ResourceKey> settled,
            Transcript transcript,
            Exchange exchange,
            Placeholders placeholders) {
        var address = exchange.address();
        if (!address.isResource() || exchange.isWatch()) {
            return;
        }
        if (!address.name().isEmpty()) {
            var key = address.key(address.namespace(), address.name());
            if (settled.contains(key)) {
                return;
            }
            if (exchange.status() == 404 && address.part().isEmpty()) {
                all.remove(key);
                settle(settled, key);
            }
        }
        for (var each : whole(exchange, placeholders)) {
            if (!settled.contains(each.key())) {
                all.put(each.key(), each);
                settle(settled, each.key());
            }
        }
        var names = Rows.names(transcript, exchange);
        for (var key : names.all()) {
            if (!settled.contains(key)) {
                var nearest = nearest(key, transcript.number());
                if (nearest != null) {
                    all.putIfAbsent(key, nearest);
                    var shown = Rows.shown(all.get(key), names.cells(key));
                    all.put(key, shown);
                }
            }
        }
        if (names.complete()) {
            all.keySet()
                    .removeIf(key ->
                            key.family().equals(address.family())
                                    && (address.namespace().isEmpty()
                                            || key.namespace().equals(address.namespace()))
                                    && !settled.contains(key)
                                    && !names.all().contains(key));
        }
    }

    private static void settle(Set<ResourceKey> settled, ResourceKey key) {
        if (settled instanceof HashSet) {
            settled.add(key);
        }
    }

    /// What a first write says of the time before it.
    private void wrote(
            Map<ResourceKey, Resource> all,
            Set<ResourceKey> settled,
            Transcript transcript,
            Exchange exchange) {
        var address = exchange.address();
        var response = exchange.response();
        if (!address.isResource()) {
            return;
        }
        var name = address.name();
        if (name.isEmpty() && exchange.body() != null) {
            name = exchange.body().path("metadata").path("name").asString("");
        }
        if (name.isEmpty() && response != null) {
            name = response.path("metadata").path("name").asString("");
        }
        if (name.isEmpty() && response != null) {
            name = response.path("details").path("name").asString("");
        }
        var key = address.key(address.namespace(), name);
        if (name.isEmpty() || !settled.add(key)) {
            return;
        }
        var made = exchange.status() == 201 && address.name().isEmpty();
        if (made || exchange.status() == 404) {
            all.remove(key);
        } else if (exchange.status() < 300 || exchange.status() == 409) {
            var nearest = nearest(key, transcript.number());
            if (nearest != null) {
                all.putIfAbsent(key, nearest);
            }
        }
    }

    private @Nullable Resource nearest(ResourceKey key, int number) {
        var all = seen.get(key);
        if (all == null) {
            return key.family().equals("pods") ? sibling(key) : null;
        }
        var before = all.floorEntry(number - 1);
        if (before != null) {
            return before.getValue();
        }
        // Seen only later, perhaps when it was being deleted.
        var later = all.firstEntry().getValue();
        var body = later.body().deepCopy();
        body.withObject("/metadata")
                .remove(List.of("deletionTimestamp", "deletionGracePeriodSeconds"));
        if (later.metadata().has("deletionTimestamp") && later.generation() > 1) {
            body.withObject("/metadata").put("generation", later.generation() - 1);
        }
        var finalizers = body.path("metadata").path("finalizers").toString();
        if (finalizers.contains("foregroundDeletion") || finalizers.contains("\"orphan\"")) {
            body.withObject("/metadata").remove("finalizers");
        }
        return new Resource(later.kind(), body);
    }

    /// A pod that no transcript has whole, after the one whose name is most like its own.
    private @Nullable Resource sibling(ResourceKey key) {
        var best = 3;
        Resource like = null;
        for (var each : seen.entrySet()) {
            var name = each.getKey().name();
            var same = 0;
            while (same < Math.min(name.length(), key.name().length())
                    && name.charAt(same) == key.name().charAt(same)) {
                same++;
            }
            if (each.getKey().family().equals("pods") && same > best) {
                best = same;
                like = each.getValue().firstEntry().getValue();
            }
        }
        if (like == null) {
            return null;
        }
        var body = like.body().deepCopy();
        body.withObject("/metadata")
                .put("name", key.name())
                .put("uid", Placeholders.uid("Pod", key.namespace(), key.name()));
        var words = key.name().split("-", -1);
        if (like.labels().containsKey("pod-template-hash") && words.length > 2) {
            body.withObject("/metadata/labels").put("pod-template-hash", words[words.length - 2]);
            body.withObject("/metadata").remove("ownerReferences");
        }
        return new Resource(like.kind(), body);
    }

    /// The objects that an answer has whole.
    static List<Resource> whole(Exchange exchange, Placeholders placeholders) {
        var address = exchange.address();
        var response = exchange.response();
        var kind = exchange.kind();
        if (!address.isResource()
                || response == null
                || exchange.status() >= 300
                || exchange.isDry()
                || kind.equals("Table")
                || kind.equals("Status")
                || !address.part().isEmpty() && !address.part().equals("status")) {
            return List.of();
        }
        var all = new ArrayList<Resource>();
        if (kind.endsWith("List") && response.has("items")) {
            var each = kind.substring(0, kind.length() - 4);
            for (var item : response.path("items")) {
                if (item.isObject()) {
                    all.add(resource(address, item, each, placeholders));
                }
            }
        } else if (response.path("metadata").has("uid")) {
            all.add(resource(address, response, "", placeholders));
        }
        return all;
    }

    static Resource resource(
            Address address, JsonNode recorded, String kind, Placeholders placeholders) {
        ObjectNode body = placeholders.stored(recorded, address.apiVersion(), kind);
        return new Resource(
                address.kind(
                        body.path("kind").asString(""), body.path("metadata").has("namespace")),
                body);
    }
}
