package dev.serin.controlplane.inject;

/// What is put into pods.
///
/// @param revision of this control plane, `default` for the only one
/// @param discoveryAddress host and port where proxies ask for their configuration
/// @param nativeSidecar whether the proxy is an init container that goes on running
public record InjectOptions(
        String image,
        String revision,
        String discoveryAddress,
        String trustDomain,
        String clusterId,
        Capture capture,
        boolean nativeSidecar) {
    /// Who redirects the pod's traffic.
    public enum Capture {
        /// The node, before the pod starts: nothing is added.
        NODE,
        /// An init container with the right to.
        INIT
    }

    public static final InjectOptions USUAL =
            new InjectOptions(
                    "istio/proxyv2",
                    "default",
                    "istiod.istio-system.svc:15012",
                    "cluster.local",
                    "Kubernetes",
                    Capture.INIT,
                    false);

    public InjectOptions with(Capture other) {
        return new InjectOptions(
                image, revision, discoveryAddress, trustDomain, clusterId, other, nativeSidecar);
    }
}
