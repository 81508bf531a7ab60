package dev.serin.xds;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;

/// Who a proxy says it is, in Istio's form: `type~ip~pod.namespace~domain`, for instance
/// `sidecar~10.244.0.7~web-1.shop~shop.svc.cluster.local`.
///
/// @param type `sidecar` or `router`
/// @param ip the pod's first address
/// @param domain the DNS suffix of its namespace
public record NodeId(String type, String ip, String pod, String namespace, String domain) {

    /// Reads the id.
    ///
    /// @throws ProblemException if it has another form
    public static NodeId parse(String id) {
        var parts = id.split("~", -1);
        var dot = parts.length == 4 ? parts[2].lastIndexOf('.') : -1;
        if (dot < 1 || parts[0].isEmpty() || dot == parts[2].length() - 1) {
            throw new ProblemException(
                    new Problem(
                            "node id",
                            "'" + id + "'",
                            "type~ip~pod.namespace~domain",
                            "start the proxy with `serin proxy sidecar` or `serin proxy router`,"
                                    + " which sets it"));
        }
        return new NodeId(
                parts[0],
                parts[1],
                parts[2].substring(0, dot),
                parts[2].substring(dot + 1),
                parts[3]);
    }

    @Override
    public String toString() {
        return type + "~" + ip + "~" + pod + "." + namespace + "~" + domain;
    }
}
