package dev.serin.local.api.admission;

import dev.serin.config.Resource;
import dev.serin.config.ResourceKey;
import dev.serin.config.ResourceKind;
import dev.serin.local.api.kind.Catalogue;
import dev.serin.local.api.rest.LabelSelector;
import dev.serin.local.api.write.Admission.Review;
import dev.serin.local.store.Store;

import tools.jackson.databind.JsonNode;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// One webhook of a configuration.
record Webhook(JsonNode spec) {
    String name() {
        return spec.path("name").asString("");
    }

    boolean fails() {
        return !spec.path("failurePolicy").asString("Fail").equals("Ignore");
    }

    int timeoutSeconds() {
        return spec.path("timeoutSeconds").asInt(10);
    }

    boolean hasSideEffects() {
        return !List.of("None", "NoneOnDryRun").contains(spec.path("sideEffects").asString(""));
    }

    boolean isAskedAgain() {
        return spec.path("reinvocationPolicy").asString("Never").equals("IfNeeded");
    }

    /// The kind under which it is asked about this write: the written one, or another version of it
    /// that its rules name; null when none of its rules matches.
    @org.jspecify.annotations.Nullable
    ResourceKind matching(Review review, Catalogue catalogue, Store store) {
        if (!selects(review, store)) {
            return null;
        }
        for (var rule : spec.path("rules")) {
            if (matches(rule, review, review.kind())) {
                return review.kind();
            }
        }
        if (spec.path("matchPolicy").asString("Equivalent").equals("Exact")) {
            return null;
        }
        for (var served : catalogue.all()) {
            var kind = served.kind();
            if (kind.family().equals(review.kind().family())) {
                for (var rule : spec.path("rules")) {
                    if (matches(rule, review, kind)) {
                        return kind;
                    }
                }
            }
        }
        return null;
    }

    private static boolean matches(JsonNode rule, Review review, ResourceKind kind) {
        var scope = rule.path("scope").asString("*");
        return has(rule.path("operations"), review.operation())
                && has(rule.path("apiGroups"), kind.group())
                && has(rule.path("apiVersions"), kind.version())
                && (scope.equals("*") || scope.equals("Namespaced") == kind.namespaced())
                && names(rule.path("resources"), kind.plural(), review.subresource());
    }

    private static boolean has(JsonNode list, String wanted) {
        for (var item : list) {
            if (item.asString("").equals("*") || item.asString("").equals(wanted)) {
                return true;
            }
        }
        return false;
    }

    /// `pods`, `pods/status`, `pods/*`, `*`, `*/*`, `*/scale`.
    private static boolean names(JsonNode list, String plural, String subresource) {
        for (var item : list) {
            var text = item.asString("");
            var slash = text.indexOf('/');
            var first = slash < 0 ? text : text.substring(0, slash);
            var second = slash < 0 ? "" : text.substring(slash + 1);
            if ((first.equals("*") || first.equals(plural))
                    && (second.equals("*") || second.equals(subresource))) {
                return true;
            }
        }
        return false;
    }

    private boolean selects(Review review, Store store) {
        var kind = review.kind();
        var namespace = kind.family().equals("namespaces") ? review.name() : review.namespace();
        if (!namespace.isEmpty()) {
            var found = store.get(new ResourceKey("namespaces", "", namespace));
            Map<String, String> labels =
                    kind.family().equals("namespaces")
                            ? labels(review)
                            : found == null ? Map.of() : found.labels();
            if (!LabelSelector.of(spec.path("namespaceSelector")).matches(labels)) {
                return false;
            }
        }
        var selector = LabelSelector.of(spec.path("objectSelector"));
        var old = review.old();
        return selector.matches(labels(review)) || old != null && selector.matches(old.labels());
    }

    private static Map<String, String> labels(Review review) {
        return new HashMap<>(new Resource(review.kind(), review.body()).labels());
    }
}
