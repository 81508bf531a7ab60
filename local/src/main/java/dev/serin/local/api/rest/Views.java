package dev.serin.local.api.rest;

import dev.serin.base.time.Ticker;
import dev.serin.config.Resource;
import dev.serin.local.api.custom.CustomRules;
import dev.serin.local.api.kind.CustomVersion;
import dev.serin.local.api.kind.ServedKind;
import dev.serin.local.api.shape.ScalerForms;
import dev.serin.local.api.table.Tables;
import dev.serin.local.api.wire.Request;

import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import java.util.ArrayList;
import java.util.List;

/// How resources look to one request: in the version that was asked for, whole, as a table or only
/// their metadata.
final class Views {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final String META = "meta.k8s.io/v1";

    private final ServedKind served;
    private final Media media;
    private final String include;
    private final Ticker ticker;
    private boolean columnsTold;

    Views(Request request, ServedKind served, Ticker ticker) {
        this.served = served;
        this.media = Media.of(request.header("accept"));
        this.include = request.parameter("includeObject");
        this.ticker = ticker;
    }

    ObjectNode one(Resource resource) {
        return switch (media) {
            case JSON -> whole(resource);
            case PARTIAL -> partial(resource);
            case TABLE -> table(List.of(resource), resource.resourceVersion());
        };
    }

    ObjectNode list(Lists.Page page) {
        var version = Long.toString(page.revision());
        var list =
                switch (media) {
                    case TABLE -> table(page.resources(), version);
                    case PARTIAL -> items(page, "PartialObjectMetadataList", META);
                    case JSON ->
                            items(page, served.kind().kind() + "List", served.kind().apiVersion());
                };
        var metadata = list.withObject("/metadata").put("resourceVersion", version);
        if (!page.next().isEmpty()) {
            metadata.put("continue", page.next()).put("remainingItemCount", page.remaining());
        }
        return list;
    }

    private ObjectNode items(Lists.Page page, String kind, String apiVersion) {
        var list = NODES.objectNode().put("kind", kind).put("apiVersion", apiVersion);
        list.putObject("metadata");
        var items = list.putArray("items");
        page.resources().forEach(r -> items.add(media == Media.PARTIAL ? partial(r) : item(r)));
        return list;
    }

    /// In a list a resource of Kubernetes' own does not say its kind, which the list does; one that
    /// a definition makes there does (Istio's and the Gateway API's, which are built in here).
    private ObjectNode item(Resource resource) {
        var whole = whole(resource);
        var group = served.kind().group();
        if (served.custom() != null
                || group.startsWith("gateway.")
                || group.contains(".") && !group.endsWith(".k8s.io")) {
            return whole;
        }
        var item = NODES.objectNode();
        whole.properties().forEach(p -> item.set(p.getKey(), p.getValue()));
        item.remove(List.of("apiVersion", "kind"));
        return item;
    }

    /// Whether each resource looks the same to everybody who asks for this version.
    boolean isWhole() {
        return media == Media.JSON;
    }

    String apiVersion() {
        return served.kind().apiVersion();
    }

    ObjectNode event(String type, ObjectNode object) {
        var event = NODES.objectNode().put("type", type);
        event.set("object", object);
        return event;
    }

    /// What only says that the watch has come to this revision.
    ObjectNode bookmark(long revision, boolean initialEnd) {
        var object = NODES.objectNode();
        if (media == Media.JSON) {
            object.put("kind", served.kind().kind()).put("apiVersion", served.kind().apiVersion());
        } else {
            object.put("kind", "PartialObjectMetadata").put("apiVersion", META);
        }
        var metadata = object.putObject("metadata").put("resourceVersion", Long.toString(revision));
        if (initialEnd) {
            metadata.putObject("annotations").put("k8s.io/initial-events-end", "true");
        }
        return event("BOOKMARK", object);
    }

    private ObjectNode whole(Resource resource) {
        var kind = served.kind();
        if (resource.kind().apiVersion().equals(kind.apiVersion())) {
            return resource.body();
        }
        if (ScalerForms.isOld(kind.apiVersion(), kind.kind())) {
            return ScalerForms.old(resource.body());
        }
        if (served.custom() != null) {
            return defined(resource, served.custom());
        }
        // The versions of a kind differ in name only.
        var body = NODES.objectNode().put("apiVersion", kind.apiVersion()).put("kind", kind.kind());
        resource.body()
                .properties()
                .forEach(p -> {
                    if (!body.has(p.getKey())) {
                        body.set(p.getKey(), p.getValue());
                    }
                });
        return body;
    }

    /// In another version than it was written in: what that one knows of it.
    private ObjectNode defined(Resource resource, CustomVersion custom) {
        var body = CustomRules.known(custom, resource.body(), new ArrayList<>());
        CustomRules.fill(custom, body);
        return body.put("apiVersion", served.kind().apiVersion());
    }

    private static ObjectNode partial(Resource resource) {
        var partial =
                NODES.objectNode().put("kind", "PartialObjectMetadata").put("apiVersion", META);
        partial.set("metadata", resource.metadata());
        return partial;
    }

    /// In the version that the columns are of.
    private Resource shown(Resource resource) {
        return served.custom() == null ? resource : new Resource(served.kind(), whole(resource));
    }

    /// The columns are told once per answer, so only by the first event of a watch.
    private ObjectNode table(List<Resource> resources, String version) {
        var table = NODES.objectNode().put("kind", "Table").put("apiVersion", META);
        table.putObject("metadata").put("resourceVersion", version);
        var tables = Tables.of(served);
        if (columnsTold) {
            table.putNull("columnDefinitions");
        } else {
            table.set("columnDefinitions", tables.definitions());
            columnsTold = true;
        }
        var rows = table.putArray("rows");
        for (var resource : resources) {
            var row = rows.addObject();
            row.set("cells", tables.cells(shown(resource), ticker.now()));
            var condition = Tables.condition(resource);
            if (condition != null) {
                row.putArray("conditions").add(condition);
            }
            switch (include) {
                case "None" -> {}
                case "Object" -> row.set("object", whole(resource));
                default -> row.set("object", partial(resource));
            }
        }
        return table;
    }
}
