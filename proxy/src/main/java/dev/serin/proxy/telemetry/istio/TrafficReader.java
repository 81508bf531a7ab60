package dev.serin.proxy.telemetry.istio;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;

import dev.serin.proxy.expression.Attributes;
import dev.serin.proxy.expression.Expression.Node;
import dev.serin.proxy.http.GrpcStatus;
import dev.serin.proxy.stream.CertificateFacts;
import dev.serin.proxy.stream.ConnectionEnd;
import dev.serin.proxy.stream.Direction;
import dev.serin.proxy.stream.Downstream;
import dev.serin.proxy.stream.StreamEnd;
import dev.serin.proxy.stream.UpstreamUse;
import dev.serin.proxy.telemetry.istio.IstioMetrics.HttpTraffic;
import dev.serin.proxy.telemetry.istio.IstioMetrics.Principals;
import dev.serin.proxy.telemetry.istio.IstioMetrics.Service;
import dev.serin.proxy.telemetry.istio.IstioMetrics.Traffic;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// Reads from the end of a stream or connection what the labels of its metrics depend on.
///
/// @param own this proxy's own workload
record TrafficReader(PeerMetadata own, StatsSettings settings) {
    private static final String UNKNOWN = Peer.UNKNOWN_WORD;
    private static final Service NO_SERVICE = new Service(UNKNOWN, UNKNOWN, UNKNOWN);

    /// @param more values of the user's expressions
    HttpTraffic read(StreamEnd end, List<String> more) {
        var grpc = grpc(end);
        var authority = settings.hostFallback() ? end.request().authority() : "";
        var traffic =
                read(
                        end.downstream(),
                        end.upstream(),
                        end.slots().get(Peer.SLOT),
                        end.slots().get(Peer.UPSTREAM),
                        service(end.upstream(), end.routeName(), authority),
                        grpc ? "grpc" : "http",
                        end.flags());
        return new HttpTraffic(traffic, end.status(), grpc ? grpcStatus(end) : "", more);
    }

    /// What the user's expressions may ask of a stream.
    Node attributes(StreamEnd end) {
        return Attributes.of(
                end,
                root ->
                        peer(
                                root,
                                end.slots().get(Peer.SLOT),
                                host(end.upstream(), end.slots().get(Peer.UPSTREAM))));
    }

    /// What the user's expressions may ask of a connection.
    Node attributes(ConnectionEnd end) {
        var told = end.slots().get(Peer.SLOT);
        return Attributes.of(end, root -> peer(root, told, host(end.upstream(), told)));
    }

    private @Nullable Object peer(String root, @Nullable Peer client, @Nullable Peer host) {
        return switch (root) {
            case "node" -> own.node();
            case "downstream_peer" -> client == null ? null : client.node();
            case "upstream_peer" -> host == null ? null : host.node();
            default -> null;
        };
    }

    /// The workload of a host: what it told, else what its endpoint says.
    private static @Nullable Peer host(@Nullable UpstreamUse upstream, @Nullable Peer told) {
        return told == null && upstream != null
                ? Peer.ofEndpoint(upstream.hostMetadata().get("istio"))
                : told;
    }

    Traffic read(ConnectionEnd end) {
        return read(
                end.downstream(),
                end.upstream(),
                end.slots().get(Peer.SLOT),
                end.slots().get(Peer.SLOT),
                service(end.upstream(), null, ""),
                "tcp",
                end.flags());
    }

    private Traffic read(
            Downstream downstream,
            @Nullable UpstreamUse upstream,
            @Nullable Peer client,
            @Nullable Peer host,
            Service service,
            String protocol,
            long flags) {
        var inbound = downstream.direction() == Direction.INBOUND;
        if (settings.serverGateway()) {
            var principals = principals(downstream);
            var behind = known(host(upstream, host));
            return new Traffic(
                    "waypoint",
                    of(principals.source(), known(client)),
                    behind,
                    service.or(behind),
                    principals,
                    protocol,
                    flags);
        }
        if (inbound) {
            var principals = principals(downstream);
            return new Traffic(
                    "destination",
                    of(principals.source(), known(client)),
                    own.local(),
                    service.or(own.local()),
                    principals,
                    protocol,
                    flags);
        }
        var principals = principals(upstream);
        return new Traffic(
                "source",
                own.local(),
                of(principals.destination(), known(host(upstream, host))),
                service,
                principals,
                protocol,
                flags);
    }

    private static Peer known(@Nullable Peer peer) {
        return peer == null ? Peer.UNKNOWN : peer;
    }

    /// The peer, in the namespace that its certificate proves.
    private static Peer of(String principal, Peer peer) {
        var start = principal.indexOf("/ns/");
        if (start < 0) {
            return peer;
        }
        var end = principal.indexOf('/', start + 4);
        return peer.in(principal.substring(start + 4, end < 0 ? principal.length() : end));
    }

    /// At the destination: who the client proved to be, and who this proxy is to it.
    private static Principals principals(Downstream downstream) {
        var source = downstream.peerIdentity();
        var tls = downstream.tls();
        return source == null
                ? new Principals(UNKNOWN, UNKNOWN, "none")
                : new Principals(source, uri(tls == null ? null : tls.local()), "mutual_tls");
    }

    /// At the source: Istio leaves the policy to the destination to tell.
    private static Principals principals(@Nullable UpstreamUse upstream) {
        var tls = upstream == null ? null : upstream.tls();
        return tls == null
                ? new Principals(UNKNOWN, UNKNOWN, UNKNOWN)
                : new Principals(uri(tls.local()), uri(tls.peer()), UNKNOWN);
    }

    private static String uri(@Nullable CertificateFacts of) {
        return of == null || of.uriSans().isEmpty() ? UNKNOWN : of.uriSans().getFirst();
    }

    private Service service(
            @Nullable UpstreamUse upstream, @Nullable String route, String authority) {
        var cluster = upstream == null ? "" : upstream.cluster();
        if ("block_all".equals(route) || cluster.equals("BlackHoleCluster")) {
            return fallback(authority, "BlackHoleCluster");
        }
        if ("allow_any".equals(route)) {
            return fallback(authority, "PassthroughCluster");
        }
        if (cluster.endsWith("PassthroughCluster")) {
            return fallback(authority, cluster);
        }
        var istio = upstream == null ? null : upstream.clusterMetadata().get("istio");
        if (istio != null) {
            var services = istio.getFieldsOrDefault("services", NONE).getListValue();
            if (services.getValuesCount() > 0) {
                var first = services.getValues(0).getStructValue();
                return new Service(
                        Peer.text(first, "host", UNKNOWN),
                        Peer.text(first, "name", UNKNOWN),
                        Peer.text(first, "namespace", UNKNOWN));
            }
        }
        return authority.isEmpty() ? NO_SERVICE : fallback(authority, authority);
    }

    private static Service fallback(String authority, String name) {
        return new Service(authority.isEmpty() ? UNKNOWN : authority, name, UNKNOWN);
    }

    private static boolean grpc(StreamEnd end) {
        var type = end.request().headers().get("content-type");
        return type != null
                && type.startsWith("application/grpc")
                && !type.startsWith("application/grpc-web");
    }

    private static String grpcStatus(StreamEnd end) {
        return end.response() == null
                ? ""
                : Long.toString(GrpcStatus.of(end.response(), end.responseTrailers()));
    }

    private static final Value NONE =
            Value.newBuilder().setStructValue(Struct.newBuilder()).build();
}
