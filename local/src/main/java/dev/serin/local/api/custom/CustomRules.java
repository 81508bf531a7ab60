package dev.serin.local.api.custom;

import dev.serin.config.Resource;
import dev.serin.local.api.Refusal.Cause;
import dev.serin.local.api.cel.RuleTree;
import dev.serin.local.api.kind.CustomVersion;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.List;
import java.util.Set;

/// What a definition asks of a resource of its kind.
public final class CustomRules {
    private static final Set<String> BLOCKING =
            Set.of(
                    "FieldValueNotSupported",
                    "FieldValueRequired",
                    "FieldValueTooLong",
                    "FieldValueTooMany",
                    "FieldValueTypeInvalid");

    private CustomRules() {}

    /// A copy without what the kind does not know.
    ///
    /// @param unknown gets the paths of the fields that went
    public static ObjectNode known(CustomVersion version, ObjectNode body, List<String> unknown) {
        return Schema.pruned(body, version.schema(), unknown);
    }

    /// Writes defaults, in place.
    public static void fill(CustomVersion version, ObjectNode body) {
        Schema.fill(body, version.schema());
    }

    /// What is wrong with the body beside its metadata.
    ///
    /// @param old null for a creation
    public static void check(
            CustomVersion version, ObjectNode body, @Nullable Resource old, List<Cause> causes) {
        causes.addAll(Values.check(body, old == null ? null : old.body(), version.schema(), ""));
        // Among what is already wrong may be what a rule trips over.
        if (causes.stream().noneMatch(c -> BLOCKING.contains(c.reason()))) {
            RuleTree.of(version.schema()).check(body, old == null ? null : old.body(), causes);
        } else if (version.schema().findValue("x-kubernetes-validations") != null) {
            causes.add(
                    new Cause(
                            "FieldValueInvalid",
                            "Invalid value: null: some validation rules were not checked because"
                                + " the object was invalid; correct the existing errors to complete"
                                + " validation",
                            "<nil>"));
        }
        var scale = version.scale();
        if (scale != null) {
            replicas(body, scale.wanted(), causes);
            replicas(body, scale.there(), causes);
        }
    }

    private static void replicas(ObjectNode body, String path, List<Cause> causes) {
        var found = JsonPath.find(body, path);
        if (found.isMissingNode()) {
            return;
        }
        if (!found.isIntegralNumber()) {
            var text = found.isString() ? found.asString("") : found.toString();
            invalid(
                    path,
                    "0",
                    "%s accessor error: %s is of the type %s, expected int64"
                            .formatted(path, text, found.isString() ? "string" : goType(found)),
                    causes);
        } else if (found.asLong() < 0) {
            invalid(path, found.toString(), "should be a non-negative integer", causes);
        } else if (found.asLong() > Integer.MAX_VALUE) {
            invalid(
                    path,
                    found.toString(),
                    "should be less than or equal to " + Integer.MAX_VALUE,
                    causes);
        }
    }

    private static String goType(JsonNode found) {
        return found.isBoolean()
                ? "bool"
                : found.isNumber()
                        ? "float64"
                        : found.isArray() ? "[]interface {}" : "map[string]interface {}";
    }

    private static void invalid(String path, String found, String why, List<Cause> causes) {
        causes.add(new Cause("FieldValueInvalid", "Invalid value: " + found + ": " + why, path));
    }
}
