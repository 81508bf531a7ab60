package dev.serin.proxy.expression;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;

import dev.serin.proxy.expression.Expression.Node;
import dev.serin.proxy.http.Headers;
import dev.serin.proxy.http.RequestHead;
import dev.serin.proxy.stream.ConnectionEnd;
import dev.serin.proxy.stream.Downstream;
import dev.serin.proxy.stream.DynamicMetadata;
import dev.serin.proxy.stream.FilterState;
import dev.serin.proxy.stream.Slots;
import dev.serin.proxy.stream.StreamEnd;
import dev.serin.proxy.stream.TlsFacts;
import dev.serin.proxy.stream.UpstreamUse;

import io.netty.util.NetUtil;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The attributes of a stream or connection, by Envoy's names.
public final class Attributes {
    /// The first names of attributes.
    static final Set<String> ROOTS =
            Set.of(
                    "request",
                    "response",
                    "source",
                    "destination",
                    "connection",
                    "upstream",
                    "metadata",
                    "filter_state",
                    "xds",
                    "node",
                    "upstream_peer",
                    "downstream_peer");

    private Attributes() {}

    /// @param more what else there is, such as `node`
    public static Node of(StreamEnd end, Node more) {
        return root ->
                switch (root) {
                    case "request" -> (Node) name -> request(end, name);
                    case "response" -> (Node) name -> response(end, name);
                    case "xds" -> (Node) name -> xds(end, name);
                    default -> common(root, end.downstream(), end.upstream(), end.slots(), more);
                };
    }

    /// @param more what else there is, such as `node`
    public static Node of(ConnectionEnd end, Node more) {
        return root ->
                switch (root) {
                    case "request", "response" -> null;
                    case "xds" ->
                            (Node)
                                    name ->
                                            name.equals("cluster_name") && end.upstream() != null
                                                    ? end.upstream().cluster()
                                                    : null;
                    default -> common(root, end.downstream(), end.upstream(), end.slots(), more);
                };
    }

    private static @Nullable Object common(
            String root,
            Downstream downstream,
            @Nullable UpstreamUse upstream,
            Slots slots,
            Node more) {
        return switch (root) {
            case "source" -> address(downstream.remote());
            case "destination" -> address(downstream.local());
            case "connection" -> (Node) name -> connection(downstream, name);
            case "upstream" -> upstream == null ? null : (Node) name -> upstream(upstream, name);
            case "metadata" ->
                    (Node)
                            name ->
                                    name.equals("filter_metadata")
                                            ? (Node) n -> struct(DynamicMetadata.get(slots, n))
                                            : null;
            case "filter_state" -> (Node) name -> FilterState.get(slots, name);
            default -> more.get(root);
        };
    }

    private static @Nullable Object request(StreamEnd end, String name) {
        var head = end.request();
        return switch (name) {
            case "path" -> head.path();
            case "url_path" -> path(head);
            case "query" ->
                    head.path().indexOf('?') < 0
                            ? ""
                            : head.path().substring(head.path().indexOf('?') + 1);
            case "host" -> head.authority();
            case "scheme" -> head.scheme();
            case "method" -> head.method();
            case "headers" -> (Node) head::get;
            case "referer" -> head.headers().get("referer");
            case "useragent" -> head.headers().get("user-agent");
            case "id" -> head.headers().get("x-request-id");
            case "protocol" -> head.protocol().shown();
            case "duration" -> end.timing().durationNanos() / 1_000_000;
            case "size" -> end.traffic().received();
            case "total_size" -> end.traffic().received() + end.traffic().receivedHead();
            default -> null;
        };
    }

    private static String path(RequestHead head) {
        var query = head.path().indexOf('?');
        return query < 0 ? head.path() : head.path().substring(0, query);
    }

    private static @Nullable Object response(StreamEnd end, String name) {
        var head = end.response();
        return switch (name) {
            case "code" -> (long) end.status();
            case "code_details" -> end.details().isEmpty() ? null : end.details();
            case "flags" -> end.flags();
            case "headers" -> head == null ? null : (Node) head::get;
            case "trailers" ->
                    end.responseTrailers() == null ? null : (Node) end.responseTrailers()::joined;
            case "grpc_status" -> Values.number(grpcStatus(end));
            case "size" -> end.traffic().sent();
            case "total_size" -> end.traffic().sent() + end.traffic().sentHead();
            case "backend_latency" ->
                    end.timing().upstreamFirst() == 0
                            ? null
                            : (end.timing().upstreamFirst() - end.timing().upstreamStart())
                                    / 1_000_000;
            default -> null;
        };
    }

    private static @Nullable String grpcStatus(StreamEnd end) {
        var status = get(end.responseTrailers(), "grpc-status");
        return status == null && end.response() != null
                ? end.response().headers().get("grpc-status")
                : status;
    }

    private static @Nullable String get(@Nullable Headers headers, String name) {
        return headers == null ? null : headers.get(name);
    }

    private static @Nullable Object xds(StreamEnd end, String name) {
        var route = end.route();
        var upstream = end.upstream();
        return switch (name) {
            case "cluster_name" -> upstream == null ? null : upstream.cluster();
            case "cluster_metadata" ->
                    upstream == null ? null : metadata(upstream.clusterMetadata());
            case "upstream_host_metadata" ->
                    upstream == null ? null : metadata(upstream.hostMetadata());
            case "route_name" -> route == null ? null : route.name();
            case "route_metadata" -> route == null ? null : metadata(route.metadata());
            case "virtual_host_name" -> route == null ? null : route.virtualHost();
            default -> null;
        };
    }

    private static Node metadata(Map<String, Struct> filters) {
        return name -> name.equals("filter_metadata") ? (Node) n -> struct(filters.get(n)) : null;
    }

    private static @Nullable Object connection(Downstream downstream, String name) {
        return switch (name) {
            case "id" -> downstream.id();
            case "mtls" -> downstream.peerIdentity() != null;
            case "requested_server_name" -> downstream.serverName();
            case "transport_failure_reason" -> downstream.transportFailure();
            default -> tls(downstream.tls(), name);
        };
    }

    private static @Nullable Object tls(@Nullable TlsFacts tls, String name) {
        if (tls == null) {
            return null;
        }
        return switch (name) {
            case "tls_version" -> tls.version();
            case "subject_local_certificate" -> tls.local() == null ? null : tls.local().subject();
            case "subject_peer_certificate" -> tls.peer() == null ? null : tls.peer().subject();
            case "uri_san_local_certificate" ->
                    tls.local() == null ? null : first(tls.local().uriSans());
            case "uri_san_peer_certificate" ->
                    tls.peer() == null ? null : first(tls.peer().uriSans());
            case "dns_san_local_certificate" ->
                    tls.local() == null ? null : first(tls.local().dnsSans());
            case "dns_san_peer_certificate" ->
                    tls.peer() == null ? null : first(tls.peer().dnsSans());
            case "sha256_peer_certificate_digest" ->
                    tls.peer() == null ? null : tls.peer().sha256();
            default -> null;
        };
    }

    private static @Nullable String first(List<String> names) {
        return names.isEmpty() ? null : names.getFirst();
    }

    private static @Nullable Object upstream(UpstreamUse upstream, String name) {
        var host = upstream.host();
        return switch (name) {
            case "address" -> host == null ? null : shown(host);
            case "port" -> host == null ? null : (long) host.getPort();
            case "local_address" -> upstream.local() == null ? null : shown(upstream.local());
            case "transport_failure_reason" -> upstream.transportFailure();
            case "request_attempt_count" -> (long) upstream.attempts();
            default -> tls(upstream.tls(), name);
        };
    }

    private static Node address(InetSocketAddress address) {
        return name ->
                switch (name) {
                    case "address" -> shown(address);
                    case "port" -> (long) address.getPort();
                    default -> null;
                };
    }

    private static String shown(InetSocketAddress address) {
        return new dev.serin.base.net.HostPort(
                        address.getAddress() == null
                                ? address.getHostString()
                                : NetUtil.toAddressString(address.getAddress()),
                        address.getPort())
                .toString();
    }

    /// A Struct by its fields.
    public static @Nullable Node struct(@Nullable Struct struct) {
        return struct == null ? null : name -> plain(struct.getFieldsMap().get(name));
    }

    private static @Nullable Object plain(@Nullable Value value) {
        if (value == null) {
            return null;
        }
        return switch (value.getKindCase()) {
            case STRING_VALUE -> value.getStringValue();
            case BOOL_VALUE -> value.getBoolValue();
            case NUMBER_VALUE ->
                    value.getNumberValue() == Math.rint(value.getNumberValue())
                            ? (Object) (long) value.getNumberValue()
                            : (Object) value.getNumberValue();
            case STRUCT_VALUE -> struct(value.getStructValue());
            case LIST_VALUE ->
                    value.getListValue().getValuesList().stream().map(Attributes::plain).toList();
            case NULL_VALUE, KIND_NOT_SET -> null;
        };
    }
}
