package dev.serin.config.codec;

import dev.serin.config.Resource;
import dev.serin.config.schema.KindSchema;
import dev.serin.config.schema.Schemas;

import tools.jackson.databind.node.ObjectNode;

import java.util.List;

/// Brings a resource into another version of its kind. Istio's versions differ in name only; the
/// Deployment of extensions/v1beta1 becomes one of apps/v1, which must have the selector that the
/// old one took from its template.
public final class CurrentForm {
    private final Schemas schemas;

    public CurrentForm(Schemas schemas) {
        this.schemas = schemas;
    }

    /// @param warnings what a client is told about the form that it used
    public record Converted(Resource resource, KindSchema schema, List<String> warnings) {}

    /// The resource in the version that is to be written today: the very resource, but for old
    /// forms.
    public Converted of(Resource resource) {
        var kind = resource.kind();
        var schema = schemas.get(kind.apiVersion(), kind.kind());
        if (schema.replacement().isEmpty()) {
            return new Converted(resource, schema, List.of());
        }
        var current = schemas.get(schema.replacement(), kind.kind());
        var body = resource.body().deepCopy();
        body.put("apiVersion", schema.replacement());
        if (body.path("spec") instanceof ObjectNode spec) {
            select(spec);
            spec.remove("rollbackTo");
        }
        // The words are those of Kubernetes' own servers when they still served it.
        var warning =
                kind.apiVersion()
                        + " "
                        + kind.kind()
                        + " is deprecated in v1.9+, unavailable in v1.16+; use "
                        + schema.replacement()
                        + " "
                        + kind.kind();
        return new Converted(new Resource(current.kind(), body), current, List.of(warning));
    }

    /// The resource in the version of `target`, which must be of the same kind.
    public static Resource in(Resource resource, KindSchema target) {
        if (resource.kind().equals(target.kind())) {
            return resource;
        }
        var body = resource.body().deepCopy();
        body.put("apiVersion", target.kind().apiVersion());
        return new Resource(target.kind(), body);
    }

    private static void select(ObjectNode spec) {
        var labels = spec.path("template").path("metadata").path("labels");
        if (!spec.path("selector").isObject() && labels.isObject()) {
            spec.putObject("selector").set("matchLabels", labels.deepCopy());
        }
    }
}
