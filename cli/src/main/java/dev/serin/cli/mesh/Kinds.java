package dev.serin.cli.mesh;

import dev.serin.config.ResourceKind;

/// The kinds that the composition itself names.
final class Kinds {
    static final ResourceKind NAMESPACE =
            new ResourceKind("", "v1", "Namespace", "namespaces", false);
    static final ResourceKind CONFIG_MAP =
            new ResourceKind("", "v1", "ConfigMap", "configmaps", true);
    static final ResourceKind POD = new ResourceKind("", "v1", "Pod", "pods", true);
    static final ResourceKind SERVICE = new ResourceKind("", "v1", "Service", "services", true);
    static final ResourceKind DEPLOYMENT =
            new ResourceKind("apps", "v1", "Deployment", "deployments", true);

    private Kinds() {}
}
