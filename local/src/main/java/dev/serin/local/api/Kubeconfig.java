package dev.serin.local.api;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/// A kubeconfig with one context, `serin-<mesh>`.
///
/// @param server such as `https://127.0.0.1:16443`
/// @param ca the certificate authority's certificate, PEM
public record Kubeconfig(String mesh, String server, String ca, String token) {
    public String text() {
        var name = "serin-" + mesh;
        var data = Base64.getEncoder().encodeToString(ca.getBytes(StandardCharsets.US_ASCII));
        return """
        apiVersion: v1
        kind: Config
        clusters:
        - name: %1$s
          cluster:
            server: %2$s
            certificate-authority-data: %3$s
        users:
        - name: %1$s
          user:
            token: %4$s
        contexts:
        - name: %1$s
          context:
            cluster: %1$s
            user: %1$s
            namespace: default
        current-context: %1$s
        """
                .formatted(name, server, data, token);
    }

    /// Without the token.
    @Override
    public String toString() {
        return "Kubeconfig of " + mesh;
    }
}
