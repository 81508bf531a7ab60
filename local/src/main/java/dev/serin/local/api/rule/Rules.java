package dev.serin.local.api.rule;

import dev.serin.base.chance.Draw;
import dev.serin.base.chance.Draws;
import dev.serin.config.Resource;
import dev.serin.config.check.StatusWording;
import dev.serin.config.check.Validator;
import dev.serin.config.check.Violation;
import dev.serin.config.schema.Defaults;
import dev.serin.local.api.Refusal;
import dev.serin.local.api.access.Access;
import dev.serin.local.api.access.Grants;
import dev.serin.local.api.custom.CustomRules;
import dev.serin.local.api.custom.DefinitionRules;
import dev.serin.local.api.kind.ServedKind;
import dev.serin.local.api.write.Intent;
import dev.serin.local.api.write.KindRules;
import dev.serin.local.store.Store;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/// Defaults and checks of every kind: those that follow from the kind's schema, then what only a
/// server can know. Any thread.
public final class Rules implements KindRules {
    private static final String DEFINITIONS = "customresourcedefinitions.apiextensions.k8s.io";

    private final ServiceAddresses addresses;
    private final Grants grants;
    private final Classes classes;
    private final Draw letters;
    private final boolean hasTokens;

    /// @param hasTokens whether pods are given a token of their service account
    public Rules(ServiceAddresses addresses, Store store, Draws draws, boolean hasTokens) {
        this.grants = new Grants(new Access(store));
        this.classes = new Classes(store);
        this.hasTokens = hasTokens;
        this.addresses = addresses;
        this.letters = draws.named("volume-name");
    }

    @Override
    public void fill(ServedKind served, ObjectNode body) {
        switch (served.kind().family()) {
            case "secrets" -> secret(body);
            case "namespaces" ->
                    body.withObject("/metadata/labels")
                            .put(
                                    "kubernetes.io/metadata.name",
                                    body.path("metadata").path("name").asString(""));
            case DEFINITIONS -> DefinitionRules.fill(body);
            default -> {
                if (Grants.isAbout(served)) {
                    Grants.fill(served, body);
                }
            }
        }
        if (served.custom() != null) {
            CustomRules.fill(served.custom(), body);
            return;
        }
        Defaults.fill(served.schema(), body);
        Blanks.fill(served.kind().family(), body);
    }

    @Override
    public void prepare(Intent intent, ServedKind served, ObjectNode body, @Nullable Resource old) {
        var family = served.kind().family();
        if (old == null && family.equals("pods")) {
            NewPod.complete(body, letters, hasTokens);
        } else if (old == null && family.equals("namespaces")) {
            body.withObject("/spec").putArray("finalizers").add("kubernetes");
            body.withObject("/status").put("phase", "Active");
        }
        fill(served, body);
        if (old == null) {
            classes.complete(family, body);
        }
        if (old == null && family.equals("jobs.batch")) {
            NewJob.complete(body);
        }
        if (family.equals("daemonsets.apps")) {
            DaemonTemplates.number(body, old);
        }
        if (served.hasStatus() && !served.schema().custom() && !body.has("status")) {
            status(family, body.putObject("status"));
            if (family.equals("persistentvolumes")) {
                body.withObject("/status")
                        .set(
                                "lastPhaseTransitionTime",
                                body.path("metadata").path("creationTimestamp"));
            }
        }
        switch (family) {
            case "pods" -> {
                if (old == null) {
                    NewPod.status(body);
                }
            }
            case "services" -> addresses.keep(body, old);
            case DEFINITIONS -> DefinitionRules.status(body);
            default -> {}
        }
    }

    @Override
    public void validate(
            Intent intent, ServedKind served, ObjectNode body, @Nullable Resource old) {
        // A write is judged by the part that it is about.
        var isStatus = old != null && isSame(old.body(), body);
        var causes = new ArrayList<Refusal.Cause>();
        var resource = new Resource(served.kind(), body);
        var violations =
                served.custom() == null
                        ? Validator.checkAll(served.schema(), resource)
                        : Validator.check(resource);
        for (var violation : violations) {
            if (!(violation instanceof Violation.UnknownField)
                    && violation.path().startsWith("status") == isStatus) {
                var cause = StatusWording.cause(violation);
                causes.add(
                        new Refusal.Cause(
                                cause.reason(),
                                cause.message()
                                        .replace("Invalid value: : ", "Invalid value: null: "),
                                cause.field()));
            }
        }
        if (served.custom() != null) {
            CustomRules.check(served.custom(), body, old, causes);
        } else if (served.kind().family().equals(DEFINITIONS) && !isStatus) {
            DefinitionRules.check(body, old, causes);
        }
        if (served.kind().family().equals("replicationcontrollers")) {
            // Known, since kubectl asks for a list of them when it prunes.
            causes.add(
                    new Refusal.Cause(
                            "FieldValueForbidden",
                            "Forbidden: nothing runs ReplicationControllers here, write a"
                                    + " Deployment",
                            "spec"));
        }
        if (Grants.isAbout(served)) {
            Grants.check(served, body, old, causes);
        }
        if (old != null) {
            Fixed.check(served.kind().family(), body, old, causes);
        }
        if (!isStatus) {
            Checks.check(served.kind().family(), body, old, causes);
        }
        if (!causes.isEmpty()) {
            throw Invalid.of(served, body.path("metadata").path("name").asString(""), causes);
        }
        if (!isStatus && (old == null || !old.body().path("spec").equals(body.path("spec")))) {
            NoEffect.of(served.kind().family(), body).forEach(intent::warn);
        }
        if (Grants.isAbout(served)) {
            grants.authorize(intent.caller(), served, body, old);
        }
    }

    @Override
    public Reserved reserve(Intent intent, ServedKind served, ObjectNode body) {
        return served.kind().family().equals("services") ? addresses.give(body) : Reserved.NOTHING;
    }

    private static boolean isSame(ObjectNode old, ObjectNode body) {
        for (var field : List.copyOf(body.propertyNames())) {
            if (!field.equals("metadata")
                    && !field.equals("status")
                    && !body.path(field).equals(old.path(field))) {
                return false;
            }
        }
        return body.path("metadata").path("labels").equals(old.path("metadata").path("labels"))
                && body.path("metadata")
                        .path("annotations")
                        .equals(old.path("metadata").path("annotations"));
    }

    /// What a status says when nobody has written it.
    private static void status(String family, ObjectNode status) {
        switch (family) {
            case "replicasets.apps" -> status.put("replicas", 0);
            case "services", "ingresses.networking.k8s.io" -> status.putObject("loadBalancer");
            case "statefulsets.apps" -> status.put("replicas", 0).put("availableReplicas", 0);
            case "daemonsets.apps" ->
                    status.put("currentNumberScheduled", 0)
                            .put("numberMisscheduled", 0)
                            .put("desiredNumberScheduled", 0)
                            .put("numberReady", 0);
            case "persistentvolumeclaims", "persistentvolumes" -> status.put("phase", "Pending");
            case "poddisruptionbudgets.policy" ->
                    status.put("disruptionsAllowed", 0)
                            .put("currentHealthy", 0)
                            .put("desiredHealthy", 0)
                            .put("expectedPods", 0);
            case "horizontalpodautoscalers.autoscaling" -> {
                status.put("desiredReplicas", 0);
                status.putNull("currentMetrics");
            }
            default -> {}
        }
    }

    /// What was written as text is kept in base64.
    private static void secret(ObjectNode body) {
        if (body.remove("stringData") instanceof ObjectNode texts) {
            var data = body.withObject("/data");
            texts.properties()
                    .forEach(p ->
                            data.put(
                                    p.getKey(),
                                    Base64.getEncoder()
                                            .encodeToString(
                                                    p.getValue()
                                                            .asString("")
                                                            .getBytes(StandardCharsets.UTF_8))));
        }
        if (body.path("type").asString("").isEmpty()) {
            body.put("type", "Opaque");
        }
    }

    static boolean isBlank(JsonNode node, String field) {
        return node.path(field).asString("").isEmpty();
    }
}
