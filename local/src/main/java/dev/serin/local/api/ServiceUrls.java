package dev.serin.local.api;

import org.jspecify.annotations.Nullable;

import java.net.URI;

/// Where the API's own process reaches a Service of the mesh. Any thread.
@FunctionalInterface
public interface ServiceUrls {
    /// The URL of `path` there, `https`; null while the Service has no ready endpoint. The server's
    /// certificate is checked for `service.namespace.svc`, whatever host the URL has.
    ///
    /// @param path with its slash
    @Nullable URI url(String namespace, String service, int port, String path);

    /// No Service can be reached.
    ServiceUrls NONE = (_, _, _, _) -> null;
}
