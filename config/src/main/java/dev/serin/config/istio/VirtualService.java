package dev.serin.config.istio;

import dev.serin.config.Metadata;
import dev.serin.config.Resource;
import dev.serin.config.codec.Cursor;

import java.util.List;

/// How requests for some hosts are routed.
///
/// @param hosts as written: short names, full names or wildcards such as `*.example.org`
/// @param gateways as written, `[mesh]` where nothing is: the sidecars
/// @param exportTo namespaces that see it; empty where nothing is written
public record VirtualService(
        Metadata metadata,
        List<String> hosts,
        List<String> gateways,
        List<HttpRoute> http,
        List<TlsRoute> tls,
        List<TcpRoute> tcp,
        List<String> exportTo) {
    /// The gateway name that stands for every sidecar.
    public static final String MESH = "mesh";

    public static VirtualService from(Resource resource) {
        var spec = Cursor.of(resource).at("spec");
        var gateways = spec.strings("gateways");
        return new VirtualService(
                Metadata.from(resource),
                spec.strings("hosts"),
                gateways.isEmpty() ? List.of(MESH) : gateways,
                spec.list("http", HttpRoute::from),
                spec.list("tls", TlsRoute::from),
                spec.list("tcp", TcpRoute::from),
                spec.strings("exportTo"));
    }
}
