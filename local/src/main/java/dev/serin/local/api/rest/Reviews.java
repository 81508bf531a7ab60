package dev.serin.local.api.rest;

import dev.serin.config.Resource;
import dev.serin.config.ResourceKey;
import dev.serin.local.api.Authorizer.Attributes;
import dev.serin.local.api.Caller;
import dev.serin.local.api.Refusal;
import dev.serin.local.api.Tokens;
import dev.serin.local.store.Store;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/// Kinds that are only asked: tokens, who a caller is and what it may do.
final class Reviews {
    private static final long SHORTEST = 600;
    private static final long USUAL = 3600;

    private final Tokens tokens;
    private final Gate gate;
    private final Bodies bodies;
    private final Store store;
    private final Supplier<Instant> now;

    Reviews(Tokens tokens, Gate gate, Bodies bodies, Store store, Supplier<Instant> now) {
        this.now = now;
        this.tokens = tokens;
        this.gate = gate;
        this.bodies = bodies;
        this.store = store;
    }

    /// Issues a token for the service account that the call names.
    void token(Call call) throws IOException, InterruptedException {
        var account = RestApi.require(store.get(call.key()), call.key());
        var body = bodies.options(call.request());
        var spec = body.withObject("/spec");
        var seconds = spec.path("expirationSeconds").asLong(USUAL);
        if (seconds < SHORTEST) {
            throw new Refusal(
                    422,
                    "Invalid",
                    "TokenRequest.authentication.k8s.io \"\" is invalid: spec.expirationSeconds:"
                            + " Invalid value: "
                            + seconds
                            + ": may not specify a duration less than 10 minutes");
        }
        var pod = bound(spec.path("boundObjectRef"), account.namespace());
        var issued =
                tokens.issue(
                        new Tokens.Wanted(
                                account.namespace(),
                                account.name(),
                                account.uid(),
                                strings(spec.path("audiences")),
                                Duration.ofSeconds(seconds),
                                pod == null ? "" : pod.name(),
                                pod == null ? "" : pod.uid()));
        body.put("kind", "TokenRequest").put("apiVersion", "authentication.k8s.io/v1");
        body.withObject("/metadata")
                .put("name", account.name())
                .put("namespace", account.namespace())
                .put("creationTimestamp", time());
        spec.put("expirationSeconds", seconds);
        if (!spec.has("boundObjectRef")) {
            spec.putNull("boundObjectRef");
        }
        issued.audiences().forEach(spec.putArray("audiences")::add);
        body.putObject("status")
                .put("token", issued.token())
                .put(
                        "expirationTimestamp",
                        issued.expiry().truncatedTo(ChronoUnit.SECONDS).toString());
        RestApi.json(call.exchange(), 201, body);
    }

    private @org.jspecify.annotations.Nullable Resource bound(
            JsonNode reference, String namespace) {
        if (!reference.path("kind").asString("").equals("Pod")) {
            return null;
        }
        var key = new ResourceKey("pods", namespace, reference.path("name").asString(""));
        var pod = RestApi.require(store.get(key), key);
        var uid = reference.path("uid").asString("");
        if (!uid.isEmpty() && !uid.equals(pod.uid())) {
            throw Refusal.conflict(
                    key,
                    "the UID in the bound object reference ("
                            + uid
                            + ") does not match the UID in record. The object might have been"
                            + " deleted and then recreated");
        }
        return pod;
    }

    /// Answers a review that was posted to its collection.
    void review(Call call) throws IOException, InterruptedException {
        var body = bodies.resource(call.request(), call.served(), Changes.reading(call));
        body.put("apiVersion", call.served().kind().apiVersion());
        body.put("kind", call.served().kind().kind());
        body.withObject("/metadata");
        switch (call.served().kind().kind()) {
            case "TokenReview" -> tokenReview(body);
            case "SelfSubjectReview" -> {
                body.withObject("/metadata").put("creationTimestamp", time());
                body.putObject("status").set("userInfo", user(call.caller()));
            }
            case "SelfSubjectAccessReview" -> access(body, call.caller());
            case "SubjectAccessReview", "LocalSubjectAccessReview" -> {
                checkSubject(call, body.path("spec"));
                access(
                        body,
                        new Caller(
                                body.path("spec").path("user").asString(""),
                                body.path("spec").path("uid").asString(""),
                                strings(body.path("spec").path("groups")),
                                Map.of()));
            }
            case "SelfSubjectRulesReview" -> rules(body, call.caller());
            default -> throw RestApi.notAllowed();
        }
        RestApi.json(call.exchange(), 201, body);
    }

    private String time() {
        return now.get().truncatedTo(ChronoUnit.SECONDS).toString();
    }

    private void tokenReview(ObjectNode body) {
        var status = body.putObject("status");
        try {
            var verified =
                    tokens.verify(
                            body.path("spec").path("token").asString(""),
                            strings(body.path("spec").path("audiences")));
            status.put("authenticated", true).set("user", user(verified.caller()));
            verified.audiences().forEach(status.putArray("audiences")::add);
        } catch (Refusal refusal) {
            status.putObject("user");
            status.put("error", refusal.getMessage());
        }
    }

    private void access(ObjectNode body, Caller caller) {
        var about = body.path("spec").path("resourceAttributes");
        var path = body.path("spec").path("nonResourceAttributes");
        var attributes =
                about.isObject()
                        ? new Attributes(
                                about.path("verb").asString(""),
                                about.path("group").asString(""),
                                about.path("version").asString(""),
                                about.path("resource").asString(""),
                                about.path("subresource").asString(""),
                                about.path("namespace").asString(""),
                                about.path("name").asString(""),
                                "")
                        : Attributes.path(
                                path.path("verb").asString(""), path.path("path").asString(""));
        var status = body.putObject("status").put("allowed", gate.allows(caller, attributes));
        var reason = gate.reason(caller, attributes);
        if (!reason.isEmpty()) {
            status.put("reason", reason);
        }
    }

    private static void checkSubject(Call call, JsonNode spec) {
        var causes = new ArrayList<Refusal.Cause>();
        if (spec.path("user").asString("").isEmpty() && spec.path("groups").isEmpty()) {
            causes.add(
                    new Refusal.Cause(
                            "FieldValueInvalid",
                            "Invalid value: \"\": at least one of user or group must be specified",
                            "spec.user"));
        }
        if (!spec.has("resourceAttributes") && !spec.has("nonResourceAttributes")) {
            causes.add(
                    new Refusal.Cause(
                            "FieldValueInvalid",
                            "Invalid value: null: exactly one of nonResourceAttributes or"
                                    + " resourceAttributes must be specified",
                            "spec.resourceAttributes"));
        }
        var namespace = call.target().namespace();
        var asked = spec.path("resourceAttributes").path("namespace").asString("");
        if (!namespace.isEmpty() && !asked.equals(namespace)) {
            causes.add(
                    new Refusal.Cause(
                            "FieldValueInvalid",
                            "Invalid value: \"" + asked + "\": must match metadata.namespace",
                            "spec.resourceAttributes.namespace"));
        }
        if (!causes.isEmpty()) {
            // A real API names no kind here.
            var texts = causes.stream().map(c -> c.field() + ": " + c.message()).toList();
            throw new Refusal(
                    422,
                    "Invalid",
                    " \"\" is invalid: " + String.join(", ", texts),
                    new Refusal.Details("", "", "", "", causes, 0));
        }
    }

    /// As `auth can-i --list` shows them.
    private void rules(ObjectNode body, Caller caller) {
        var status = body.putObject("status");
        var resources = status.putArray("resourceRules");
        var paths = status.putArray("nonResourceRules");
        status.put("incomplete", false);
        var spec = body.withObject("/spec");
        var held = gate.rules(caller, spec.path("namespace").asString(""));
        // As Kubernetes, which does not repeat what was asked.
        spec.removeAll();
        for (var rule : held) {
            if (rule.has("nonResourceURLs")) {
                var one = paths.addObject();
                one.set("verbs", rule.path("verbs"));
                one.set("nonResourceURLs", rule.path("nonResourceURLs"));
            } else {
                resources.add(rule.deepCopy());
            }
        }
        if (caller.isAdmin() && held.isEmpty()) {
            var all = resources.addObject();
            for (var field : List.of("verbs", "apiGroups", "resources")) {
                all.putArray(field).add("*");
            }
            var everywhere = paths.addObject();
            everywhere.putArray("verbs").add("*");
            everywhere.putArray("nonResourceURLs").add("*");
        }
    }

    private static ObjectNode user(Caller caller) {
        var node = tools.jackson.databind.node.JsonNodeFactory.instance.objectNode();
        node.put("username", caller.name());
        if (!caller.uid().isEmpty()) {
            node.put("uid", caller.uid());
        }
        caller.groups().forEach(node.putArray("groups")::add);
        if (!caller.extra().isEmpty()) {
            var extra = node.putObject("extra");
            caller.extra()
                    .forEach((key, values) ->
                            values.forEach(
                                    extra.withArray("/" + key.replace("~", "~0").replace("/", "~1"))
                                            ::add));
        }
        return node;
    }

    private static List<String> strings(JsonNode array) {
        var all = new ArrayList<String>();
        array.forEach(n -> all.add(n.asString("")));
        return all;
    }
}
