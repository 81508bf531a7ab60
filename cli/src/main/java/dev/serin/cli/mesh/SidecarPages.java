package dev.serin.cli.mesh;

import dev.serin.local.controllers.scale.MeshMetrics;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/// The metrics of a pod's sidecar, over the pods' network: all, or those that a query as Envoy's
/// names.
///
/// @param query with its question mark; empty for all
record SidecarPages(String query) implements MeshMetrics.Pages {
    private static final int PORT = 15090;
    private static final int PATIENCE_MS = 2000;

    @Override
    public String read(String address) throws IOException {
        var page =
                URI.create("http://" + address + ":" + PORT + "/stats/prometheus" + query)
                        .toURL()
                        .openConnection();
        page.setConnectTimeout(PATIENCE_MS);
        page.setReadTimeout(PATIENCE_MS);
        try (var text = page.getInputStream()) {
            return new String(text.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
