package dev.serin.local.api.custom;

import dev.serin.config.Resource;
import dev.serin.local.api.Refusal.Cause;
import dev.serin.local.api.cel.RuleTree;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/// What is asked of a CustomResourceDefinition itself, in Kubernetes' words.
public final class DefinitionRules {
    private static final Pattern LABEL = Pattern.compile("[a-z]([-a-z0-9]{0,61}[a-z0-9])?");
    private static final Pattern DOMAIN =
            Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*");
    private static final String WRONG_LABEL =
            "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start"
                    + " with an alphabetic character, and end with an alphanumeric character (e.g."
                    + " 'my-name',  or 'abc-123', regex used for validation is"
                    + " '[a-z]([-a-z0-9]*[a-z0-9])?')";
    private static final List<String> COLUMN_TYPES =
            List.of("boolean", "date", "integer", "number", "string");

    private static final List<String> SELECTABLE_TYPES = List.of("boolean", "integer", "string");
    private static final int MOST_SELECTABLE = 8;

    private final ObjectNode body;
    private final List<Cause> causes;

    private DefinitionRules(ObjectNode body, List<Cause> causes) {
        this.body = body;
        this.causes = causes;
    }

    /// Names and a conversion that nobody has written.
    public static void fill(ObjectNode body) {
        if (!(body.path("spec") instanceof ObjectNode spec)) {
            return;
        }
        if (spec.path("names") instanceof ObjectNode names) {
            var kind = names.path("kind").asString("");
            blank(names, "singular", kind.toLowerCase(Locale.ROOT));
            blank(names, "listKind", kind.isEmpty() ? "" : kind + "List");
        }
        if (!spec.has("conversion")) {
            spec.putObject("conversion").put("strategy", "None");
        }
        if (!spec.path("preserveUnknownFields").asBoolean(false)) {
            spec.remove("preserveUnknownFields");
        }
    }

    /// The status of a definition that nobody has looked at; the stored version is noted for ever.
    public static void status(ObjectNode body) {
        var status =
                body.path("status") instanceof ObjectNode there ? there : body.putObject("status");
        if (!status.has("acceptedNames")) {
            status.putObject("acceptedNames").put("kind", "").put("plural", "");
        }
        if (!status.has("conditions")) {
            status.putArray("conditions");
        }
        var stored = status.withArray("/storedVersions");
        for (var version : body.path("spec").path("versions")) {
            var name = version.path("name").asString("");
            if (version.path("storage").asBoolean(false)
                    && !Definition.strings(stored).contains(name)) {
                stored.add(name);
            }
        }
    }

    private static void blank(ObjectNode object, String field, String value) {
        if (object.path(field).asString("").isEmpty() && !value.isEmpty()) {
            object.put(field, value);
        }
    }

    /// @param old null for a creation
    public static void check(ObjectNode body, @Nullable Resource old, List<Cause> causes) {
        new DefinitionRules(body, causes).all(old);
    }

    private void all(@Nullable Resource old) {
        var spec = body.path("spec");
        var names = spec.path("names");
        var group = spec.path("group").asString("");
        var name = body.path("metadata").path("name").asString("");
        if (old == null && !name.equals(names.path("plural").asString("") + "." + group)) {
            bad("metadata.name", Values.quoted(name), "must be spec.names.plural+\".\"+spec.group");
        }
        if (group.isEmpty()) {
            required("spec.group", "");
        } else if (!DOMAIN.matcher(group).matches()) {
            bad(
                    "spec.group",
                    Values.quoted(group),
                    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric"
                        + " characters, '-' or '.', and must start and end with an alphanumeric"
                        + " character (e.g. 'example.com', regex used for validation is"
                        + " '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')");
        } else if (!group.contains(".")) {
            bad("spec.group", Values.quoted(group), "should be a domain with at least one dot");
        }
        if (spec.path("preserveUnknownFields").asBoolean(false)) {
            bad(
                    "spec.preserveUnknownFields",
                    "true",
                    "cannot set to true, set x-kubernetes-preserve-unknown-fields to true in"
                            + " spec.versions[*].schema instead");
        }
        if (spec.path("conversion").path("strategy").asString("").equals("Webhook")) {
            causes.add(
                    new Cause(
                            "FieldValueNotSupported",
                            "Unsupported value: \"Webhook\": supported values: \"None\" (this API"
                                    + " only renames the version; keep the same fields in all)",
                            "spec.conversion.strategy"));
        }
        versions(spec.path("versions"));
        names(names);
        if (old != null) {
            fixed(new Definition(old));
        }
    }

    private void names(JsonNode names) {
        for (var field : List.of("plural", "singular", "kind", "listKind")) {
            var text = names.path(field).asString("");
            var place = "spec.names." + field;
            if (text.isEmpty()) {
                required(place, "");
            } else if (!LABEL.matcher(text.toLowerCase(Locale.ROOT)).matches()
                    || !field.toLowerCase(Locale.ROOT).endsWith("kind")
                            && !LABEL.matcher(text).matches()) {
                bad(
                        place,
                        Values.quoted(text),
                        field.toLowerCase(Locale.ROOT).endsWith("kind")
                                ? "may have mixed case, but should otherwise match: " + WRONG_LABEL
                                : WRONG_LABEL);
            }
        }
        list(names.path("shortNames"), "spec.names.shortNames");
        list(names.path("categories"), "spec.names.categories");
        if (!names.path("kind").asString("").isEmpty()
                && names.path("kind").equals(names.path("listKind"))) {
            bad(
                    "spec.names.listKind",
                    names.path("listKind").toString(),
                    "kind and listKind may not be the same");
        }
    }

    private void list(JsonNode words, String path) {
        for (var i = 0; i < words.size(); i++) {
            if (!LABEL.matcher(words.get(i).asString("")).matches()) {
                bad(path + "[" + i + "]", words.get(i).toString(), WRONG_LABEL);
            }
        }
    }

    private void versions(JsonNode versions) {
        var seen = new HashSet<String>();
        var stored = 0;
        var unique = true;
        for (var i = 0; i < versions.size(); i++) {
            var version = versions.get(i);
            // What is the same for all versions, as of one it is, Kubernetes takes for the kind's.
            var only = versions.size() == 1;
            var path = only ? "spec" : "spec.versions[" + i + "]";
            var name = version.path("name").asString("");
            unique &= seen.add(name);
            stored += version.path("storage").asBoolean(false) ? 1 : 0;
            if (!LABEL.matcher(name).matches()) {
                bad("spec.versions[" + i + "].name", Values.quoted(name), WRONG_LABEL);
            }
            var schema = version.path("schema").path("openAPIV3Schema");
            if (schema.isObject()) {
                var place = path + (only ? ".validation" : ".schema") + ".openAPIV3Schema";
                var before = causes.size();
                StructuralRules.check(schema, place, causes);
                if (causes.size() == before) {
                    RuleTree.examine(schema, place, causes);
                }
            } else {
                required("spec.versions[" + i + "].schema.openAPIV3Schema", "");
            }
            columns(version.path("additionalPrinterColumns"), path);
            scale(version.path("subresources").path("scale"), path + ".subresources.scale");
            selectable(version.path("selectableFields"), schema, path + ".selectableFields");
        }
        if (!unique) {
            bad("spec.versions", versions.toString(), "must contain unique version names");
        }
        if (stored != 1) {
            bad(
                    "spec.versions",
                    versions.toString(),
                    "must have exactly one version marked as storage version");
        }
    }

    private void selectable(JsonNode fields, JsonNode schema, String path) {
        var seen = new HashSet<String>();
        for (var i = 0; i < fields.size(); i++) {
            var at = fields.get(i).path("jsonPath").asString("");
            var place = path + "[" + i + "].jsonPath";
            if (at.isEmpty()) {
                required(place, "");
                continue;
            }
            var found = schema;
            for (var name : at.replaceFirst("^\\.", "").split("\\.", -1)) {
                found = found.path("properties").path(name);
            }
            if (at.contains("[")) {
                bad(place, Values.quoted(at), "is an invalid path: array notation is not allowed");
            } else if (found.isMissingNode()) {
                bad(
                        place,
                        Values.quoted(at),
                        "is an invalid path: does not refer to a valid field");
            } else if (!SELECTABLE_TYPES.contains(found.path("type").asString(""))) {
                bad(
                        place,
                        Values.quoted(at),
                        "must point to a field of type string, boolean or integer. Enum string"
                                + " fields and strings with formats are allowed.");
            } else if (!seen.add(at)) {
                causes.add(
                        new Cause(
                                "FieldValueDuplicate",
                                "Duplicate value: " + Values.quoted(at),
                                place));
            }
        }
        if (seen.size() > MOST_SELECTABLE) {
            causes.add(
                    new Cause(
                            "FieldValueTooMany",
                            "Too many: " + seen.size() + ": must have at most 8 items",
                            path));
        }
    }

    private void columns(JsonNode columns, String path) {
        for (var i = 0; i < columns.size(); i++) {
            var place = path + ".additionalPrinterColumns[" + i + "]";
            var type = columns.get(i).path("type").asString("");
            var words = "must be one of " + String.join(",", COLUMN_TYPES);
            if (type.isEmpty()) {
                required(place + ".type", words);
            } else if (!COLUMN_TYPES.contains(type)) {
                bad(place + ".type", Values.quoted(type), words);
            }
            var at = columns.get(i).path("jsonPath").asString("");
            if (at.isEmpty()) {
                required(place + ".JSONPath", "");
            } else {
                simple(at, place + ".jsonPath");
            }
        }
    }

    private void simple(String path, String place) {
        if (!path.startsWith(".")) {
            bad(place, Values.quoted(path), "must be a simple json path starting with .");
        }
    }

    private void scale(JsonNode scale, String path) {
        if (!scale.isObject()) {
            return;
        }
        for (var under : List.of("spec", "status")) {
            var field = under + "ReplicasPath";
            var at = scale.path(field).asString("");
            if (at.isEmpty()) {
                required(path + "." + field, "");
            } else if (!at.startsWith("." + under + ".")) {
                bad(path + "." + field, Values.quoted(at), "should be a json path under ." + under);
            }
        }
    }

    /// What must stay once the kind is served.
    private void fixed(Definition old) {
        if (!old.is("Established")) {
            return;
        }
        for (var field : List.of("/group", "/scope", "/names/kind", "/names/plural")) {
            var now = body.path("spec").at(field);
            if (!now.equals(old.resource().spec().at(field))) {
                bad("spec" + field.replace('/', '.'), now.toString(), "field is immutable");
            }
        }
    }

    private void required(String path, String detail) {
        causes.add(
                new Cause(
                        "FieldValueRequired",
                        "Required value" + (detail.isEmpty() ? "" : ": " + detail),
                        path));
    }

    private void bad(String path, String found, String why) {
        causes.add(new Cause("FieldValueInvalid", "Invalid value: " + found + ": " + why, path));
    }
}
