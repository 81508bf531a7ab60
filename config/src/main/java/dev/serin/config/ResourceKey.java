package dev.serin.config;

/// Names one resource, whichever version it was written in.
///
/// @param family [ResourceKind#family()] of its kind
/// @param namespace empty for cluster-scoped kinds
public record ResourceKey(String family, String namespace, String name) {
    @Override
    public String toString() {
        return family + " " + (namespace.isEmpty() ? name : namespace + "/" + name);
    }
}
