package dev.serin.config.check;

import dev.serin.config.ResourceKind;

import org.jspecify.annotations.Nullable;

/// What every resource's metadata must keep.
final class MetadataRules {
    // As Kubernetes has it: all annotations of a resource together.
    private static final int MOST_ANNOTATIONS = 256 * 1024;

    private MetadataRules() {}

    static void check(Place body, ResourceKind kind) {
        var metadata = body.at("metadata");
        name(metadata, kind);
        var namespace = metadata.at("namespace");
        if (!namespace.text().isEmpty()) {
            if (!kind.namespaced()) {
                namespace.forbid(
                        kind.kind() + " is of the whole cluster and has no namespace",
                        "take it out");
            } else {
                complain(namespace, Names.label(namespace.text()));
            }
        }
        labels(metadata, "labels");
        var size = 0;
        for (var entry : metadata.entries("annotations")) {
            complain(
                    metadata.at("annotations"),
                    Names.labelKey(entry.keyIn(metadata.at("annotations"))));
            size += entry.text().length();
        }
        if (size > MOST_ANNOTATIONS) {
            metadata.at("annotations").forbid("more than 262144 bytes", "keep less in annotations");
        }
    }

    private static void name(Place metadata, ResourceKind kind) {
        var name = metadata.at("name");
        if (name.text().isEmpty()) {
            if (metadata.text("generateName").isEmpty()) {
                metadata.missing("name", "a name");
            }
            return;
        }
        var wrong =
                switch (kind.family()) {
                    case "namespaces" -> Names.label(name.text());
                    case "services" -> Names.service(name.text());
                    default ->
                            kind.group().equals("rbac.authorization.k8s.io")
                                    ? Names.pathSegment(name.text())
                                    : Names.domain(name.text());
                };
        complain(name, wrong);
    }

    /// A map of labels: of a resource, a pod template, a selector.
    static void labels(Place owner, String field) {
        var labels = owner.at(field);
        for (var label : owner.entries(field)) {
            complain(labels, Names.labelKey(label.keyIn(labels)));
            complain(label, Names.labelValue(label.text()));
        }
    }

    static void complain(Place place, @Nullable String expected) {
        if (expected != null) {
            place.bad(expected);
        }
    }
}
