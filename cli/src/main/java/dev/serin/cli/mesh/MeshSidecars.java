package dev.serin.cli.mesh;

import dev.serin.local.node.SidecarHost;

/// Where the mesh's own containers run: the control plane in this process, every proxy in the proxy
/// process.
record MeshSidecars(SidecarHost controlPlane, SidecarHost proxies) implements SidecarHost {
    @Override
    public Running start(Sidecar sidecar) {
        var discovery = !sidecar.args().isEmpty() && sidecar.args().getFirst().equals("discovery");
        return (discovery ? controlPlane : proxies).start(sidecar);
    }
}
