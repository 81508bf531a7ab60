package dev.serin.local.api.rule;

import dev.serin.base.chance.Draw;
import dev.serin.base.chance.Draws;
import dev.serin.config.Resource;
import dev.serin.config.check.StatusWording;
import dev.serin.config.check.Validator;
import dev.serin.config.check.Violation;
import dev.serin.config.schema.Defaults;
import dev.serin.local.api.Refusal;
import dev.serin.local.api.kind.ServedKind;
import dev.serin.local.api.write.Intent;
import dev.serin.local.api.write.KindRules;

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
    private final ServiceAddresses addresses;
    private final Draw letters;
    private final boolean hasTokens;

    /// @param hasTokens whether pods are given a token of their service account
    public Rules(ServiceAddresses addresses, Draws draws, boolean hasTokens) {
        this.hasTokens = hasTokens;
        this.addresses = addresses;
        this.letters = draws.named("volume-name");
    }

    @Override
    public void prepare(Intent intent, ServedKind served, ObjectNode body, @Nullable Resource old) {
        var family = served.kind().family();
        switch (family) {
            case "secrets" -> secret(body);
            case "pods" -> {
                if (old == null) {
                    NewPod.complete(body, letters, hasTokens);
                }
            }
            case "namespaces" -> namespace(body, old);
            default -> {}
        }
        Defaults.fill(served.schema(), body);
        switch (family) {
            case "pods" -> {
                if (old == null) {
                    NewPod.status(body);
                }
            }
            case "services" -> addresses.keep(body, old);
            default -> {}
        }
    }

    @Override
    public void validate(
            Intent intent, ServedKind served, ObjectNode body, @Nullable Resource old) {
        // A write is judged by the part that it is about.
        var isStatus = old != null && isSame(old.body(), body);
        var causes = new ArrayList<Refusal.Cause>();
        for (var violation :
                Validator.checkAll(served.schema(), new Resource(served.kind(), body))) {
            if (!(violation instanceof Violation.UnknownField)
                    && violation.path().startsWith("status") == isStatus) {
                var cause = StatusWording.cause(violation);
                causes.add(new Refusal.Cause(cause.reason(), cause.message(), cause.field()));
            }
        }
        if (old != null) {
            Fixed.check(served.kind().family(), body, old, causes);
        }
        if (!causes.isEmpty()) {
            throw Invalid.of(served, body.path("metadata").path("name").asString(""), causes);
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

    private static void namespace(ObjectNode body, @Nullable Resource old) {
        body.withObject("/metadata/labels")
                .put(
                        "kubernetes.io/metadata.name",
                        body.path("metadata").path("name").asString(""));
        if (old == null) {
            body.withObject("/spec").putArray("finalizers").add("kubernetes");
            body.withObject("/status").put("phase", "Active");
        }
    }

    static boolean isBlank(JsonNode node, String field) {
        return node.path(field).asString("").isEmpty();
    }
}
