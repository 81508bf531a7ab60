package dev.serin.local.api.rest;

import dev.serin.config.Resource;
import dev.serin.config.ResourceKey;
import dev.serin.local.api.Refusal;
import dev.serin.local.api.kind.ServedKind;
import dev.serin.local.api.manage.Apply;
import dev.serin.local.api.patch.Patch;
import dev.serin.local.api.shape.ScalerForms;
import dev.serin.local.api.write.DeleteOptions;
import dev.serin.local.api.write.DeleteOptions.Propagation;
import dev.serin.local.api.write.Intent;
import dev.serin.local.api.write.Part;
import dev.serin.local.api.write.Proposal;
import dev.serin.local.api.write.Replacement;
import dev.serin.local.api.write.WritePath;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.MissingNode;
import tools.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.util.List;
import java.util.Set;

/// create, update, patch and delete.
final class Changes {
    /// Kinds whose deletion is answered with what was deleted, that of others with a status.
    private static final Set<String> ANSWERED_WHOLE =
            Set.of(
                    "services",
                    "pods",
                    "serviceaccounts",
                    "persistentvolumes",
                    "persistentvolumeclaims",
                    "podtemplates",
                    "resourcequotas");

    private final WritePath writes;
    private final Bodies bodies;
    private final Reads reads;

    Changes(WritePath writes, Bodies bodies, Reads reads) {
        this.writes = writes;
        this.bodies = bodies;
        this.reads = reads;
    }

    void create(Call call) throws IOException, InterruptedException {
        var intent = call.intent(MissingNode.getInstance());
        var body = bodies.resource(call.request(), call.served(), intent);
        checkNamespace(body, call);
        checkEnding(call, body.path("metadata").path("name").asString(""));
        var current = bodies.current(body, call.served(), intent);
        var made = writes.create(intent, call.stored(), call.target().namespace(), current);
        RestApi.json(call.exchange(), 201, reads.views(call).one(made));
    }

    /// Nothing new of a kind that is going away.
    private static void checkEnding(Call call, String name) {
        var custom = call.served().custom();
        if (custom != null && custom.ending()) {
            throw new Refusal(
                    403,
                    "Forbidden",
                    call.served().kind().family()
                            + " \""
                            + name
                            + "\" is forbidden: create not allowed while custom resource definition"
                            + " is terminating",
                    Refusal.Details.of(call.key(name)));
        }
    }

    void update(Call call) throws IOException, InterruptedException {
        update(call, Part.MAIN);
    }

    void update(Call call, Part part) throws IOException, InterruptedException {
        var intent = call.intent(MissingNode.getInstance());
        var body = bodies.resource(call.request(), call.served(), intent);
        checkNamespace(body, call);
        checkName(body, call);
        var current = bodies.current(body, call.served(), intent);
        var uid = body.path("metadata").path("uid").asString("");
        Proposal proposal = new Replacement(current, now -> checkUid(uid, now, call.key()));
        var answer = writes.update(intent, call.stored(), call.key(), part, proposal);
        RestApi.json(call.exchange(), 200, reads.views(call).one(answer));
    }

    void patch(Call call) throws IOException, InterruptedException {
        patch(call, Part.MAIN);
    }

    void patch(Call call, Part part) throws IOException, InterruptedException {
        var intent = call.intent(MissingNode.getInstance());
        var form = form(call);
        var change = Bodies.patch(call.request(), form == Patch.Form.APPLY);
        if (form == Patch.Form.APPLY) {
            apply(call, part, change, intent);
            return;
        }
        var type = call.served().schema().type();
        var patch = new Patch(form, change, type);
        Proposal proposal =
                current -> {
                    var patched = patch.apply(seen(current, call.served()));
                    checkName(patched, call);
                    var known = bodies.checked(patched, call.served(), intent, patch::refused);
                    return bodies.current(known, call.served(), intent);
                };
        var answer = writes.update(intent, call.stored(), call.key(), part, proposal);
        RestApi.json(call.exchange(), 200, reads.views(call).one(answer));
    }

    /// Server-side apply, which creates what is not there.
    private void apply(Call call, Part part, JsonNode sent, Intent intent)
            throws IOException, InterruptedException {
        if (call.request().parameter("fieldManager").isEmpty()) {
            throw Refusal.badRequest(
                    "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is"
                            + " required for apply patch");
        }
        if (!(sent instanceof ObjectNode object)) {
            throw Refusal.badRequest("error decoding YAML: an object is expected");
        }
        if (object.path("metadata").has("managedFields")) {
            throw Refusal.badRequest("metadata.managedFields must be nil");
        }
        checkName(object, call);
        var wanted =
                bodies.current(
                        bodies.checked(object, call.served(), intent), call.served(), intent);
        var stored = call.stored();
        if (part == Part.MAIN && stored.hasStatus()) {
            wanted.remove("status");
        }
        var apply =
                new Apply(
                        wanted,
                        stored.schema().type(),
                        writes.note(intent, stored, part),
                        call.request().isTrue("force"));
        try {
            var answer = writes.update(intent, stored, call.key(), part, new Applied(apply));
            RestApi.json(call.exchange(), 200, reads.views(call).one(answer));
        } catch (Refusal refusal) {
            if (refusal.code() != 404 || part != Part.MAIN) {
                throw refusal;
            }
            checkEnding(call, call.target().name());
            var body = apply.to(JsonNodeFactory.instance.objectNode());
            body.withObject("/metadata").put("name", call.target().name());
            var made = writes.create(intent, stored, call.target().namespace(), body);
            RestApi.json(call.exchange(), 201, reads.views(call).one(made));
        }
    }

    private record Applied(Apply apply) implements Proposal {
        @Override
        public ObjectNode from(Resource current) {
            return apply.to(current.body());
        }

        @Override
        public boolean notesOwners() {
            return true;
        }
    }

    /// The current body in the version of the path, which is the one that the patch is written for.
    private static ObjectNode seen(Resource current, ServedKind served) {
        if (ScalerForms.isOld(served.kind().apiVersion(), served.kind().kind())) {
            return ScalerForms.old(current.body());
        }
        var body = current.body().deepCopy();
        return body.put("apiVersion", served.kind().apiVersion());
    }

    static Patch.Form form(Call call) {
        var type = Bodies.mediaType(call.request());
        var form = Patch.Form.of(type);
        if (form == null) {
            throw new Refusal(
                    415,
                    "UnsupportedMediaType",
                    "415: Unsupported Media Type",
                    new Refusal.Details("", "", "", "", List.of(), 0));
        }
        if (form == Patch.Form.STRATEGIC && call.served().schema().custom()) {
            throw new Refusal(
                    415,
                    "UnsupportedMediaType",
                    "the body of the request was in an unknown format - accepted media types"
                            + " include: application/json-patch+json,"
                            + " application/merge-patch+json, application/apply-patch+yaml");
        }
        return form;
    }

    void delete(Call call) throws IOException, InterruptedException {
        var sent = bodies.options(call.request());
        var intent = call.intent(sent);
        var deleted = writes.delete(intent, call.stored(), call.key(), options(call, sent));
        var status = deleted.gone() && !ANSWERED_WHOLE.contains(deleted.last().kind().family());
        RestApi.json(
                call.exchange(),
                200,
                status ? Statuses.deleted(deleted.last()) : reads.views(call).one(deleted.last()));
    }

    void deleteCollection(Call call) throws IOException, InterruptedException {
        var sent = bodies.options(call.request());
        var intent = call.intent(sent);
        var page = reads.page(call);
        for (var resource : page.resources()) {
            try {
                writes.delete(intent, call.stored(), resource.key(), options(call, sent));
            } catch (Refusal refusal) {
                if (refusal.code() != 404) {
                    throw refusal;
                }
            }
        }
        RestApi.json(call.exchange(), 200, reads.views(call).list(page));
    }

    static DeleteOptions options(Call call, JsonNode sent) {
        var query = call.request().parameter("gracePeriodSeconds");
        var grace =
                sent.path("gracePeriodSeconds")
                        .asInt(query.isEmpty() ? -1 : Integer.parseInt(query));
        var policy =
                sent.path("propagationPolicy")
                        .asString(call.request().parameter("propagationPolicy"));
        var propagation =
                switch (policy) {
                    case "Orphan" -> Propagation.ORPHAN;
                    case "Foreground" -> Propagation.FOREGROUND;
                    case "" ->
                            sent.path("orphanDependents").asBoolean(false)
                                    ? Propagation.ORPHAN
                                    : Propagation.BACKGROUND;
                    default -> Propagation.BACKGROUND;
                };
        var conditions = sent.path("preconditions");
        return new DeleteOptions(
                grace < 0 ? null : grace,
                propagation,
                conditions.path("uid").asString(""),
                conditions.path("resourceVersion").asString(""));
    }

    private static void checkNamespace(ObjectNode body, Call call) {
        var written = body.path("metadata").path("namespace").asString("");
        if (!written.isEmpty()
                && call.served().kind().namespaced()
                && !written.equals(call.target().namespace())) {
            throw Refusal.badRequest(
                    "the namespace of the provided object does not match the namespace sent on"
                            + " the request");
        }
    }

    private static void checkName(ObjectNode body, Call call) {
        var written = body.path("metadata").path("name").asString("");
        if (!written.isEmpty() && !written.equals(call.target().name())) {
            throw Refusal.badRequest(
                    "the name of the object ("
                            + written
                            + ") does not match the name on the URL ("
                            + call.target().name()
                            + ")");
        }
    }

    private static void checkUid(String uid, Resource current, ResourceKey key) {
        if (!uid.isEmpty() && !uid.equals(current.uid())) {
            throw Refusal.conflict(
                    key,
                    "Precondition failed: UID in precondition: "
                            + uid
                            + ", UID in object meta: "
                            + current.uid());
        }
    }

    WritePath writes() {
        return writes;
    }

    Bodies bodies() {
        return bodies;
    }

    Reads reads() {
        return reads;
    }

    static Intent reading(Call call) {
        return call.intent(MissingNode.getInstance());
    }
}
