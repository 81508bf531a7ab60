package dev.serin.local.api.custom;

import dev.serin.config.Resource;
import dev.serin.config.ResourceKind;
import dev.serin.config.schema.KindSchema;
import dev.serin.config.schema.ObjectType;
import dev.serin.local.api.kind.CustomVersion;
import dev.serin.local.api.kind.CustomVersion.PrinterColumn;
import dev.serin.local.api.kind.CustomVersion.ScalePaths;
import dev.serin.local.api.kind.ServedKind;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;

/// A CustomResourceDefinition, read.
record Definition(Resource resource) {
    static final String FAMILY = "customresourcedefinitions.apiextensions.k8s.io";
    static final String CLEANUP = "customresourcecleanup.apiextensions.k8s.io";

    private static final Pattern VERSION =
            Pattern.compile("v([0-9]+)(?:(alpha|beta)([0-9]+))?", Pattern.CASE_INSENSITIVE);

    /// Released before beta before alpha, newer before older, all else last by its letters.
    private static final Comparator<String> PREFERENCE =
            Comparator.comparing(Definition::rank).reversed().thenComparing(v -> v);

    private static String rank(String version) {
        var match = VERSION.matcher(version);
        if (!match.matches()) {
            return "";
        }
        var stage = match.group(2) == null ? 3 : match.group(2).equals("beta") ? 2 : 1;
        var minor = match.group(3) == null ? "0" : match.group(3);
        return "%d %9s %9s".formatted(stage, match.group(1), minor);
    }

    /// The family of its resources, which is also its own name.
    String family() {
        return names().path("plural").asString("") + "." + group();
    }

    String group() {
        return resource.spec().path("group").asString("");
    }

    JsonNode names() {
        return resource.spec().path("names");
    }

    boolean ends() {
        return resource.metadata().has("deletionTimestamp");
    }

    boolean is(String condition) {
        return status(condition).path("status").asString("").equals("True");
    }

    JsonNode status(String condition) {
        for (var one : resource.status().path("conditions")) {
            if (one.path("type").asString("").equals(condition)) {
                return one;
            }
        }
        return JsonNodeFactory.instance.missingNode();
    }

    /// Its versions as they are served, the preferred one first.
    ///
    /// @param plain a type that has what every resource has
    List<ServedKind> served(ObjectType plain) {
        var all = new ArrayList<ServedKind>();
        for (var version : resource.spec().path("versions")) {
            if (version.path("served").asBoolean(false)) {
                all.add(served(version, plain));
            }
        }
        all.sort(Comparator.comparing(k -> k.kind().version(), PREFERENCE));
        return all;
    }

    private ServedKind served(JsonNode version, ObjectType plain) {
        var kind =
                new ResourceKind(
                        group(),
                        version.path("name").asString(""),
                        names().path("kind").asString(""),
                        names().path("plural").asString(""),
                        resource.spec().path("scope").asString("").equals("Namespaced"));
        var schema =
                version.path("schema").path("openAPIV3Schema") instanceof ObjectNode object
                        ? object
                        : JsonNodeFactory.instance.objectNode();
        var parts = new ArrayList<String>();
        version.path("subresources").properties().forEach(p -> parts.add(p.getKey()));
        var type = Types.root(space(kind), kind.kind(), schema, plain);
        return new ServedKind(
                new KindSchema(
                        kind,
                        names().path("singular").asString(""),
                        strings(names().path("shortNames")),
                        strings(names().path("categories")),
                        parts,
                        true,
                        false,
                        "",
                        type),
                new CustomVersion(
                        resource.name(),
                        schema,
                        columns(version.path("additionalPrinterColumns")),
                        scale(version.path("subresources").path("scale")),
                        selectable(version.path("selectableFields")),
                        warning(version, kind),
                        ends()));
    }

    /// `com.example.v1` for `example.com/v1`.
    private static String space(ResourceKind kind) {
        var parts = new ArrayList<>(Arrays.asList(kind.group().split("\\.")));
        Collections.reverse(parts);
        parts.add(kind.version());
        return String.join(".", parts);
    }

    private static List<PrinterColumn> columns(JsonNode written) {
        var all = new ArrayList<PrinterColumn>();
        for (var column : written) {
            var path = column.path("jsonPath").asString("");
            all.add(
                    new PrinterColumn(
                            column.path("name").asString(""),
                            column.path("type").asString(""),
                            column.path("format").asString(""),
                            column.path("description")
                                    .asString(
                                            "Custom resource definition column (in JSONPath"
                                                    + " format): "
                                                    + path),
                            column.path("priority").asInt(0),
                            path));
        }
        return all.isEmpty() ? List.of(AGE) : List.copyOf(all);
    }

    private static List<String> selectable(JsonNode fields) {
        var all = new ArrayList<String>();
        fields.forEach(f -> all.add(f.path("jsonPath").asString("").replaceFirst("^\\.", "")));
        return List.copyOf(all);
    }

    private static final PrinterColumn AGE =
            new PrinterColumn(
                    "Age",
                    "date",
                    "",
                    "The time since it was created.",
                    0,
                    ".metadata.creationTimestamp");

    private static @Nullable ScalePaths scale(JsonNode scale) {
        return scale.isObject()
                ? new ScalePaths(
                        scale.path("specReplicasPath").asString(""),
                        scale.path("statusReplicasPath").asString(""),
                        scale.path("labelSelectorPath").asString(""))
                : null;
    }

    private String warning(JsonNode version, ResourceKind kind) {
        return version.path("deprecated").asBoolean(false)
                ? version.path("deprecationWarning").asString(deprecated(kind))
                : "";
    }

    /// Names the best of the newer versions.
    private String deprecated(ResourceKind kind) {
        var newer = new ArrayList<String>();
        for (var version : resource.spec().path("versions")) {
            var name = version.path("name").asString("");
            if (version.path("served").asBoolean(false)
                    && !version.path("deprecated").asBoolean(false)
                    && PREFERENCE.compare(name, kind.version()) < 0) {
                newer.add(name);
            }
        }
        newer.sort(PREFERENCE);
        var use =
                newer.isEmpty()
                        ? ""
                        : "; use " + group() + "/" + newer.getFirst() + " " + kind.kind();
        return kind.apiVersion() + " " + kind.kind() + " is deprecated" + use;
    }

    static List<String> strings(JsonNode list) {
        var all = new ArrayList<String>();
        list.forEach(n -> all.add(n.asString("")));
        return List.copyOf(all);
    }
}
