package dev.serin.config;

/// The kind of a resource: API group (empty for Kubernetes' core), version, kind, and the plural of
/// its URL. Two versions of a group are two of these; [#family()] says what they share.
public record ResourceKind(
        String group, String version, String kind, String plural, boolean namespaced) {
    /// `group/version`, or `version` alone for the core group: what a manifest's apiVersion says.
    public String apiVersion() {
        return group.isEmpty() ? version : group + "/" + version;
    }

    /// The same kind in whatever version: `plural.group`, or `plural` for the core group.
    public String family() {
        return group.isEmpty() ? plural : plural + "." + group;
    }

    @Override
    public String toString() {
        return kind + "." + apiVersion();
    }
}
