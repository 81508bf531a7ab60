package dev.serin.local.api.rule;

import dev.serin.local.api.Refusal.Cause;

import tools.jackson.databind.JsonNode;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/// What is wrong with one body, in Kubernetes' own words. Owned by one check.
final class Complaints {
    private final List<Cause> causes = new ArrayList<>();

    List<Cause> causes() {
        return causes;
    }

    void required(String field, String detail) {
        causes.add(
                new Cause(
                        "FieldValueRequired",
                        "Required value" + (detail.isEmpty() ? "" : ": " + detail),
                        field));
    }

    void invalid(String field, JsonNode found, String why) {
        invalid(field, found.isMissingNode() ? "null" : found.toString(), why);
    }

    /// @param found as JSON
    void invalid(String field, String found, String why) {
        causes.add(new Cause("FieldValueInvalid", "Invalid value: " + found + ": " + why, field));
    }

    void unsupported(String field, JsonNode found, String... words) {
        causes.add(
                new Cause(
                        "FieldValueNotSupported",
                        "Unsupported value: "
                                + found
                                + ": supported values: "
                                + Arrays.stream(words)
                                        .map(w -> "\"" + w + "\"")
                                        .collect(Collectors.joining(", ")),
                        field));
    }

    void forbidden(String field, String why) {
        causes.add(new Cause("FieldValueForbidden", "Forbidden: " + why, field));
    }

    /// Each of these fields is 0 or more, if it is there.
    void notNegative(JsonNode owner, String path, String... fields) {
        for (var field : fields) {
            atLeast(0, owner.path(field), path + "." + field);
        }
    }

    void atLeast(long least, JsonNode found, String field) {
        if (found.isIntegralNumber() && found.asLong(0) < least) {
            invalid(field, found, "must be greater than or equal to " + least);
        }
    }

    /// A number of pods or a share of them.
    void share(JsonNode found, String field) {
        if (found.isString()) {
            if (!found.asString("").matches("[0-9]+%")) {
                invalid(
                        field,
                        found,
                        "a valid percent string must be a numeric string followed by an ending '%'"
                                + " (e.g. '1%',  or '93%', regex used for validation is"
                                + " '[0-9]+%')");
            } else if (Integer.parseInt(found.asString("").replace("%", "")) > 100) {
                invalid(field, found, "must not be greater than 100%");
            }
        } else {
            atLeast(0, found, field);
        }
    }

    void unchanged(JsonNode old, JsonNode now, String field) {
        if (!old.equals(now)) {
            invalid(field, now, "field is immutable");
        }
    }
}
