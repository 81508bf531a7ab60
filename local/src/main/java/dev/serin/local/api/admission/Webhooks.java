package dev.serin.local.api.admission;

import dev.serin.config.Resource;
import dev.serin.config.ResourceKind;
import dev.serin.local.api.Refusal;
import dev.serin.local.api.ServiceUrls;
import dev.serin.local.api.kind.Catalogue;
import dev.serin.local.api.patch.JsonPatch;
import dev.serin.local.api.write.Admission;
import dev.serin.local.api.write.Intent;
import dev.serin.local.store.Store;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;

/// Asks the webhooks that the stored configurations name: those that change a write one after
/// another, in the order of their configurations' names, then those that only judge it.
public final class Webhooks implements Admission, AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final String GROUP = ".admissionregistration.k8s.io";
    private static final String MUTATING = "mutatingwebhookconfigurations" + GROUP;
    private static final String VALIDATING = "validatingwebhookconfigurations" + GROUP;

    private final Store store;
    private final Supplier<Catalogue> catalogue;
    private final WebhookCall calls;

    public Webhooks(Store store, Supplier<Catalogue> catalogue, ServiceUrls services) {
        this.store = store;
        this.catalogue = catalogue;
        this.calls = new WebhookCall(services);
    }

    @Override
    public ObjectNode mutate(Review review, Intent intent) {
        var now = review;
        var asked = webhooks(MUTATING, review.kind());
        var again = new HashSet<Webhook>();
        for (var webhook : asked) {
            var changed = mutate(webhook, now, intent);
            if (!changed.equals(now.body())) {
                now = now.with(changed);
                // Those before it have not seen this.
                for (var earlier : asked.subList(0, asked.indexOf(webhook))) {
                    if (earlier.isAskedAgain()) {
                        again.add(earlier);
                    }
                }
            }
        }
        for (var webhook : asked) {
            if (again.contains(webhook)) {
                now = now.with(mutate(webhook, now, intent));
            }
        }
        return now.body();
    }

    private ObjectNode mutate(Webhook webhook, Review review, Intent intent) {
        var response = ask(webhook, review, intent);
        var patch = response.path("patch").asString("");
        if (patch.isEmpty()) {
            return review.body();
        }
        try {
            var changed =
                    JsonPatch.apply(
                            review.body(), JSON.readTree(Base64.getDecoder().decode(patch)));
            return (ObjectNode) changed;
        } catch (JsonPatch.Failed | JacksonException | IllegalArgumentException e) {
            throw Refusal.fault(
                    "failed calling webhook \""
                            + webhook.name()
                            + "\": its patch can't be applied: "
                            + e.getMessage());
        }
    }

    @Override
    public void validate(Review review, Intent intent) {
        webhooks(VALIDATING, review.kind()).forEach(webhook -> ask(webhook, review, intent));
    }

    private List<Webhook> webhooks(String family, ResourceKind about) {
        var all = new ArrayList<Webhook>();
        // A webhook that could forbid its own removal could not be got rid of.
        if (!about.family().endsWith(GROUP)) {
            for (var configuration : store.list(family, null).resources()) {
                configuration.body().path("webhooks").forEach(spec -> all.add(new Webhook(spec)));
            }
        }
        return all;
    }

    /// The response; empty when the webhook is not concerned, or failed and may.
    private JsonNode ask(Webhook webhook, Review review, Intent intent) {
        var kind = webhook.matching(review, catalogue.get(), store);
        if (kind == null) {
            return JsonNodeFactory.instance.objectNode();
        }
        if (intent.dryRun() && webhook.hasSideEffects()) {
            throw Refusal.badRequest(
                    "admission webhook \"" + webhook.name() + "\" does not support dry run");
        }
        JsonNode response;
        try {
            response = calls.ask(webhook, request(review, kind, intent)).path("response");
        } catch (WebhookCall.Failed e) {
            if (!webhook.fails()) {
                return JsonNodeFactory.instance.objectNode();
            }
            var why = "failed calling webhook \"" + webhook.name() + "\": " + e.getMessage();
            throw new Refusal(
                    500,
                    "InternalError",
                    "Internal error occurred: " + why,
                    new Refusal.Details(
                            "", "", "", "", List.of(new Refusal.Cause("", why, "")), 0));
        }
        response.path("warnings").forEach(w -> intent.warn(w.asString("")));
        if (!response.path("allowed").asBoolean(false)) {
            throw denied(webhook, response.path("status"));
        }
        return response;
    }

    private static Refusal denied(Webhook webhook, JsonNode status) {
        var message = status.path("message").asString("");
        return new Refusal(
                status.path("code").asInt(403),
                status.path("reason").asString(""),
                "admission webhook \""
                        + webhook.name()
                        + "\" denied the request"
                        + (message.isEmpty() ? " without explanation" : ": " + message));
    }

    private static ObjectNode request(Review review, ResourceKind kind, Intent intent) {
        var node = JsonNodeFactory.instance.objectNode().put("kind", "AdmissionReview");
        var request = node.put("apiVersion", "admission.k8s.io/v1").putObject("request");
        request.put("uid", UUID.randomUUID().toString());
        kind(request.putObject("kind"), "kind", kind.kind(), kind);
        kind(request.putObject("resource"), "resource", kind.plural(), kind);
        if (!review.subresource().isEmpty()) {
            request.put("subResource", review.subresource());
        }
        kind(request.putObject("requestKind"), "kind", review.kind().kind(), review.kind());
        kind(
                request.putObject("requestResource"),
                "resource",
                review.kind().plural(),
                review.kind());
        request.put("name", review.name());
        if (!review.namespace().isEmpty()) {
            request.put("namespace", review.namespace());
        }
        request.put("operation", review.operation());
        var user = request.putObject("userInfo").put("username", intent.caller().name());
        if (!intent.caller().uid().isEmpty()) {
            user.put("uid", intent.caller().uid());
        }
        intent.caller().groups().forEach(user.putArray("groups")::add);
        var isDelete = review.operation().equals("DELETE");
        request.set(
                "object", isDelete ? JsonNodeFactory.instance.nullNode() : in(review.body(), kind));
        Resource old = review.old();
        request.set(
                "oldObject",
                old == null ? JsonNodeFactory.instance.nullNode() : in(old.body(), kind));
        request.put("dryRun", intent.dryRun());
        var verb =
                review.operation().charAt(0)
                        + review.operation().substring(1).toLowerCase(java.util.Locale.ROOT);
        var options = request.putObject("options").put("kind", verb + "Options");
        options.put("apiVersion", "meta.k8s.io/v1");
        if (!isDelete) {
            options.put("fieldManager", intent.manager());
        }
        return node;
    }

    private static void kind(ObjectNode node, String field, String name, ResourceKind kind) {
        node.put("group", kind.group()).put("version", kind.version()).put(field, name);
    }

    private static ObjectNode in(ObjectNode body, ResourceKind kind) {
        return body.deepCopy().put("apiVersion", kind.apiVersion());
    }

    @Override
    public void close() {
        calls.close();
    }
}
