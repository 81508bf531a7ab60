package dev.serin.local.api.kind;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.node.ObjectNode;

import java.util.List;

/// What a user's definition says of one version of its kind, beyond what every kind has. Immutable.
///
/// @param definition its CustomResourceDefinition's name
/// @param schema the structural schema, empty where the version has none; not to be changed
/// @param columns of its tables, beside the name
/// @param scale where the number of replicas is, null without that subresource
/// @param selectable fields that a selector may name beside the metadata's, such as `spec.color`
/// @param warning what who uses the version is told, empty for nothing
/// @param ending whether the definition is being deleted, so that nothing new may be made
public record CustomVersion(
        String definition,
        ObjectNode schema,
        List<PrinterColumn> columns,
        @Nullable ScalePaths scale,
        List<String> selectable,
        String warning,
        boolean ending) {
    /// A column of a table.
    ///
    /// @param path such as `.spec.replicas`
    public record PrinterColumn(
            String name,
            String type,
            String format,
            String description,
            int priority,
            String path) {}

    /// Where a resource says how many replicas it wants and has, such as `.spec.replicas`.
    ///
    /// @param selector empty for none
    public record ScalePaths(String wanted, String there, String selector) {}
}
