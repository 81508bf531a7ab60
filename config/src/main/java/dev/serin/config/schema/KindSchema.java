package dev.serin.config.schema;

import dev.serin.config.ResourceKind;

import java.util.List;

/// All that is known of a kind in one version.
///
/// @param subresources such as `status` and `scale`
/// @param custom whether a cluster knows it from a CustomResourceDefinition: its errors and patches
///   are of another form, and it has no protobuf
/// @param request whether it is only ever asked, never stored
/// @param replacement apiVersion to write instead of this old one; empty where it is current
/// @param type of the whole body, `apiVersion` and `kind` included
public record KindSchema(
        ResourceKind kind,
        String singular,
        List<String> shortNames,
        List<String> categories,
        List<String> subresources,
        boolean custom,
        boolean request,
        String replacement,
        ObjectType type) {
    public boolean hasStatus() {
        return subresources.contains("status");
    }
}
