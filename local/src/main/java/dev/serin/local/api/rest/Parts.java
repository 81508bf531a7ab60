package dev.serin.local.api.rest;

import dev.serin.config.Resource;
import dev.serin.local.api.Refusal;
import dev.serin.local.api.custom.JsonPath;
import dev.serin.local.api.kind.CustomVersion.ScalePaths;
import dev.serin.local.api.kind.ServedKind;
import dev.serin.local.api.patch.Patch;
import dev.serin.local.api.write.Part;
import dev.serin.local.store.Store;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Objects;

/// Subresources.
final class Parts {
    private final Store store;
    private final Reads reads;
    private final Changes changes;
    private final PodParts pods;
    private final Reviews reviews;
    private final Evictions evictions;

    Parts(Store store, Reads reads, Changes changes, PodParts pods, Reviews reviews) {
        this.store = store;
        this.reads = reads;
        this.changes = changes;
        this.pods = pods;
        this.reviews = reviews;
        this.evictions = new Evictions(store, changes, reads::now);
    }

    /// The verb is one that the subresource has.
    void answer(Call call, String verb) throws IOException, InterruptedException {
        switch (call.target().subresource()) {
            case "status" -> whole(call, verb, Part.STATUS);
            case "finalize" -> whole(call, verb, Part.FINALIZE);
            case "scale" -> scale(call, verb);
            case "log", "exec", "attach", "portforward" -> pods.answer(call);
            case "token" -> reviews.token(call);
            case "eviction" -> evictions.evict(call);
            default -> throw RestApi.notAllowed();
        }
    }

    /// A kind that is only asked.
    void review(Call call) throws IOException, InterruptedException {
        reviews.review(call);
    }

    private void whole(Call call, String verb, Part part) throws IOException, InterruptedException {
        switch (verb) {
            case "get" -> reads.get(call);
            case "update" -> changes.update(call, part);
            default -> changes.patch(call, part);
        }
    }

    /// Reads and writes the number of replicas as a Scale of its own.
    private void scale(Call call, String verb) throws IOException, InterruptedException {
        var current = RestApi.require(store.get(call.key()), call.key());
        if (verb.equals("get")) {
            var kind = Objects.requireNonNull(call.catalogue().kind("autoscaling/v1", "Scale"));
            var scale = new Resource(kind.kind(), scaleOf(current, call.served()));
            RestApi.json(call.exchange(), 200, reads.views(call, kind).one(scale));
            return;
        }
        var intent = Changes.reading(call);
        var form = verb.equals("patch") ? Changes.form(call) : null;
        var sent = Bodies.patch(call.request(), form == Patch.Form.APPLY);
        var answer =
                changes.writes()
                        .update(
                                intent,
                                call.stored(),
                                call.key(),
                                Part.SCALE,
                                now -> scaled(now, call.served(), form, sent));
        RestApi.json(call.exchange(), 200, scaleOf(answer, call.served()));
    }

    private static ObjectNode scaled(
            Resource now, ServedKind served, Patch.@Nullable Form form, JsonNode sent) {
        var old = scaleOf(now, served);
        var wanted =
                form == null
                        ? sent
                        : new Patch(
                                        form == Patch.Form.STRATEGIC ? Patch.Form.MERGE : form,
                                        sent,
                                        null)
                                .apply(old);
        var replicas = wanted.path("spec").path("replicas");
        if (!replicas.isMissingNode() && !replicas.isIntegralNumber()) {
            throw Refusal.badRequest(
                    "Scale in version \"v1\" cannot be handled as a Scale: json: cannot unmarshal"
                            + " into Go struct field ScaleSpec.spec.replicas of type int32");
        }
        if (replicas.asInt(0) < 0) {
            throw new Refusal(
                    422,
                    "Invalid",
                    "Scale.autoscaling \""
                            + now.name()
                            + "\" is invalid: spec.replicas: Invalid value: "
                            + replicas.asInt(0)
                            + ": must be greater than or equal to 0");
        }
        var body = now.body().deepCopy();
        var version = wanted.path("metadata").path("resourceVersion").asString("");
        if (!version.isEmpty()) {
            body.withObject("/metadata").put("resourceVersion", version);
        }
        JsonPath.set(
                body,
                paths(served).wanted(),
                JsonNodeFactory.instance.numberNode(replicas.asInt(0)));
        return body;
    }

    private static final ScalePaths PATHS =
            new ScalePaths(".spec.replicas", ".status.replicas", "");

    private static ScalePaths paths(ServedKind served) {
        var custom = served.custom();
        var paths = custom == null ? null : custom.scale();
        return paths == null ? PATHS : paths;
    }

    private static ObjectNode scaleOf(Resource resource, ServedKind served) {
        var scale =
                JsonNodeFactory.instance
                        .objectNode()
                        .put("kind", "Scale")
                        .put("apiVersion", "autoscaling/v1");
        var metadata = scale.putObject("metadata");
        for (var field :
                Arrays.asList("name", "namespace", "uid", "resourceVersion", "creationTimestamp")) {
            metadata.set(field, resource.metadata().path(field));
        }
        var paths = paths(served);
        var body = resource.body();
        scale.putObject("spec").put("replicas", JsonPath.find(body, paths.wanted()).asInt(0));
        var status = scale.putObject("status");
        status.put("replicas", JsonPath.find(body, paths.there()).asInt(0));
        if (served.custom() == null) {
            status.put("selector", selector(resource.spec().path("selector")));
        } else if (!paths.selector().isEmpty()) {
            status.put("selector", JsonPath.find(body, paths.selector()).asString(""));
        }
        return scale;
    }

    private static String selector(JsonNode selector) {
        var all = new ArrayList<String>();
        selector.path("matchLabels")
                .properties()
                .forEach(p -> all.add(p.getKey() + "=" + p.getValue().asString("")));
        return String.join(",", all);
    }
}
