package dev.serin.conformance.recorded;

import dev.serin.config.Resource;
import dev.serin.config.ResourceKey;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What lists and tables of a transcript say is there.
///
/// @param complete whether nothing else of the kind was there
/// @param rows what a table says of each, by column; empty of a list
record Rows(boolean complete, Map<ResourceKey, Map<String, String>> rows) {
    private static final Rows NONE = new Rows(false, Map.of());

    Set<ResourceKey> all() {
        return rows.keySet();
    }

    Map<String, String> cells(ResourceKey key) {
        return rows.getOrDefault(key, Map.of());
    }

    static Rows names(Transcript transcript, Exchange exchange) {
        var address = exchange.address();
        var response = exchange.response();
        if (response == null || exchange.status() != 200) {
            return NONE;
        }
        var table = exchange.kind().equals("Table");
        if (!table && (!exchange.kind().endsWith("List") || !response.has("items"))) {
            return NONE;
        }
        var narrow =
                address.query().containsKey("labelSelector")
                        || address.query().containsKey("fieldSelector")
                        || address.query().containsKey("continue")
                        || response.path("metadata").has("continue");
        var rows = new LinkedHashMap<ResourceKey, Map<String, String>>();
        var cut = false;
        var more = 0;
        for (var each : response.path(table ? "rows" : "items")) {
            if (Placeholders.isCut(each)) {
                cut = true;
                more = Integer.parseInt(each.asString("").split(" ", -1)[1]);
                continue;
            }
            var metadata = (table ? each.path("object") : each).path("metadata");
            var key =
                    address.key(
                            metadata.path("namespace").asString(""),
                            metadata.path("name").asString(""));
            var cells = new LinkedHashMap<String, String>();
            for (var i = 0; i < each.path("cells").size(); i++) {
                cells.put(
                        response.path("columnDefinitions").path(i).path("name").asString(""),
                        each.path("cells").path(i).asString(""));
            }
            rows.put(key, cells);
        }
        if (cut && table) {
            var whole = rows.size() + more;
            printed(transcript, address).forEach(rows::putIfAbsent);
            cut = rows.size() != whole;
        }
        return new Rows(!narrow && !cut && address.name().isEmpty(), rows);
    }

    /// The rows that kubectl printed, for a table that the record has cut.
    private static Map<ResourceKey, Map<String, String>> printed(
            Transcript transcript, Address address) {
        var lines = transcript.out().lines().toList();
        var rows = new LinkedHashMap<ResourceKey, Map<String, String>>();
        if (lines.isEmpty()
                || !lines.getFirst().matches("(NAME|NAMESPACE)  .*")
                || transcript.out().contains("…(+")
                || transcript.out().contains("\n\n")) {
            return rows;
        }
        var header = words(lines.getFirst());
        for (var line : lines.subList(1, lines.size())) {
            var words = words(line);
            var cells = new LinkedHashMap<String, String>();
            for (var i = 0; i < Math.min(words.size(), header.size()); i++) {
                var column = header.get(i);
                cells.put(
                        column.charAt(0) + column.substring(1).toLowerCase(java.util.Locale.ROOT),
                        words.get(i));
            }
            var namespace = cells.getOrDefault("Namespace", address.namespace());
            var name = cells.getOrDefault("Name", "");
            var slash = name.indexOf('/');
            if (slash < 0
                    || address.plural().startsWith(name.substring(0, slash).split("\\.", -1)[0])) {
                rows.put(address.key(namespace, name.substring(slash + 1)), cells);
            }
        }
        return rows;
    }

    private static List<String> words(String line) {
        return Arrays.asList(line.strip().split(" {2,}", -1));
    }

    /// A pod whose status is the one that the table shows; others as they are.
    static Resource shown(Resource resource, Map<String, String> cells) {
        if (resource.kind().family().equals("deployments.apps") && cells.containsKey("Ready")) {
            return deployment(resource, cells);
        }
        if (!resource.kind().family().equals("pods") || !cells.containsKey("Status")) {
            return resource;
        }
        var body = resource.body().deepCopy();
        var word = cells.getOrDefault("Status", "");
        var status = body.withObject("/status");
        var metadata = body.withObject("/metadata");
        if (word.equals("Terminating")) {
            metadata.put("deletionTimestamp", Placeholders.THEN);
            metadata.put("deletionGracePeriodSeconds", 30);
        } else {
            metadata.remove("deletionTimestamp");
            metadata.remove("deletionGracePeriodSeconds");
        }
        if (cells.containsKey("IP") && !cells.getOrDefault("IP", "").equals("<none>")) {
            var ip = cells.getOrDefault("IP", "");
            status.put("podIP", ip);
            status.putArray("podIPs").addObject().put("ip", ip);
        }
        containers(body, status, cells, word);
        return new Resource(resource.kind(), body);
    }

    private static Resource deployment(Resource resource, Map<String, String> cells) {
        var body = resource.body().deepCopy();
        var ready = cells.getOrDefault("Ready", "0/0").split("/", -1);
        body.withObject("/spec").put("replicas", Integer.parseInt(ready[1]));
        var status = body.withObject("/status");
        status.put("readyReplicas", Integer.parseInt(ready[0]));
        status.put("updatedReplicas", Integer.parseInt(cells.getOrDefault("Up-to-date", ready[0])));
        status.put(
                "availableReplicas", Integer.parseInt(cells.getOrDefault("Available", ready[0])));
        return new Resource(resource.kind(), body);
    }

    private static void containers(
            ObjectNode body, ObjectNode status, Map<String, String> cells, String word) {
        status.put(
                "phase",
                switch (word) {
                    case "Completed" -> "Succeeded";
                    case "Running", "CrashLoopBackOff", "Error", "Terminating" -> "Running";
                    default -> "Pending";
                });
        var ready = Integer.parseInt(cells.getOrDefault("Ready", "0/0").split("/", -1)[0]);
        var restarts = Integer.parseInt(cells.getOrDefault("Restarts", "0").split(" ", -1)[0]);
        var again = cells.getOrDefault("Restarts", "").contains("ago");
        var all = new ArrayList<ObjectNode>();
        for (var container : body.path("spec").path("containers")) {
            var one = JsonMapper.shared().createObjectNode();
            one.put("name", container.path("name").asString(""));
            one.put("image", container.path("image").asString(""));
            one.put("imageID", "");
            one.put("ready", all.size() < ready);
            one.put("restartCount", restarts);
            state(one.withObject("/state"), word, all.size() < ready);
            if (again) {
                one.withObject("/lastState/terminated")
                        .put("exitCode", 1)
                        .put("reason", "Error")
                        .put("startedAt", Placeholders.THEN)
                        .put("finishedAt", Placeholders.THEN);
            }
            all.add(one);
        }
        var list = status.putArray("containerStatuses");
        all.forEach(list::add);
    }

    private static void state(ObjectNode state, String word, boolean ready) {
        @Nullable String waits = word.equals("Running") || word.equals("Terminating") ? null : word;
        if (ready || waits == null) {
            state.withObject("/running").put("startedAt", Placeholders.THEN);
        } else if (word.equals("Completed") || word.equals("Error")) {
            state.withObject("/terminated")
                    .put("exitCode", word.equals("Error") ? 1 : 0)
                    .put("reason", word)
                    .put("startedAt", Placeholders.THEN)
                    .put("finishedAt", Placeholders.THEN);
        } else {
            state.withObject("/waiting").put("reason", word);
        }
    }
}
