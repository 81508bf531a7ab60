package dev.serin.proxy;

import com.github.udpa.udpa.type.v1.TypedStruct;
import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.TypeRegistry;
import com.google.protobuf.util.JsonFormat;

import dev.serin.proxy.fields.KnownTypes;
import dev.serin.proxy.snapshot.ConfigUpdate;
import dev.serin.proxy.snapshot.ConfigUpdate.Versioned;

import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.FilterConfig;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.extensions.access_loggers.file.v3.FileAccessLog;
import io.envoyproxy.envoy.extensions.filters.http.buffer.v3.Buffer;
import io.envoyproxy.envoy.extensions.filters.http.buffer.v3.BufferPerRoute;
import io.envoyproxy.envoy.extensions.filters.http.cors.v3.Cors;
import io.envoyproxy.envoy.extensions.filters.http.cors.v3.CorsPolicy;
import io.envoyproxy.envoy.extensions.filters.http.fault.v3.HTTPFault;
import io.envoyproxy.envoy.extensions.filters.http.grpc_web.v3.GrpcWeb;
import io.envoyproxy.envoy.extensions.filters.http.header_mutation.v3.HeaderMutation;
import io.envoyproxy.envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit;
import io.envoyproxy.envoy.extensions.filters.http.rbac.v3.RBAC;
import io.envoyproxy.envoy.extensions.filters.http.rbac.v3.RBACPerRoute;
import io.envoyproxy.envoy.extensions.filters.http.router.v3.Router;
import io.envoyproxy.envoy.extensions.filters.listener.http_inspector.v3.HttpInspector;
import io.envoyproxy.envoy.extensions.filters.listener.original_dst.v3.OriginalDst;
import io.envoyproxy.envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;
import io.envoyproxy.envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;

import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

import java.util.List;
import java.util.Map;

/// Envoy's messages out of YAML, as tests write them.
final class Yaml {
    private static final TypeRegistry TYPES =
            TypeRegistry.newBuilder()
                    .add(HttpConnectionManager.getDescriptor())
                    .add(TcpProxy.getDescriptor())
                    .add(Router.getDescriptor())
                    .add(HTTPFault.getDescriptor())
                    .add(Cors.getDescriptor())
                    .add(CorsPolicy.getDescriptor())
                    .add(FilterConfig.getDescriptor())
                    .add(RBAC.getDescriptor())
                    .add(RBACPerRoute.getDescriptor())
                    .add(
                            io.envoyproxy.envoy.extensions.filters.network.rbac.v3.RBAC
                                    .getDescriptor())
                    .add(BufferPerRoute.getDescriptor())
                    .add(GrpcWeb.getDescriptor())
                    .add(HeaderMutation.getDescriptor())
                    .add(LocalRateLimit.getDescriptor())
                    .add(com.github.udpa.udpa.type.v1.TypedStruct.getDescriptor())
                    .add(
                            io.envoyproxy.envoy.extensions.filters.http.grpc_stats.v3.FilterConfig
                                    .getDescriptor())
                    .add(UriTemplateMatchConfig.getDescriptor())
                    .add(Buffer.getDescriptor())
                    .add(FileAccessLog.getDescriptor())
                    .add(HttpInspector.getDescriptor())
                    .add(TlsInspector.getDescriptor())
                    .add(OriginalDst.getDescriptor())
                    .add(TypedStruct.getDescriptor())
                    .add(HttpProtocolOptions.getDescriptor())
                    .build();

    private Yaml() {}

    static Listener listener(String yaml) {
        return read(yaml, Listener.newBuilder()).build();
    }

    static RouteConfiguration route(String yaml) {
        return read(yaml, RouteConfiguration.newBuilder()).build();
    }

    static Cluster cluster(String yaml) {
        return read(yaml, Cluster.newBuilder()).build();
    }

    static ClusterLoadAssignment endpoints(String yaml) {
        return read(yaml, ClusterLoadAssignment.newBuilder()).build();
    }

    /// An update with this resource, under its own name.
    static ConfigUpdate update(Message message) {
        var type = "type.googleapis.com/" + message.getDescriptorForType().getFullName();
        var field = type.equals(ConfigUpdate.ENDPOINT) ? "cluster_name" : "name";
        var name =
                String.valueOf(
                        message.getField(message.getDescriptorForType().findFieldByName(field)));
        return new ConfigUpdate(
                type, List.of(new Versioned(name, "1", Any.pack(message))), List.of());
    }

    /// The resources of a stream of documents, each with its `@type`.
    static List<Any> all(String yaml) {
        var resources = new java.util.ArrayList<Any>();
        for (var tree : new Load(LoadSettings.builder().build()).loadAllFromString(yaml)) {
            var any = Any.newBuilder();
            try {
                JsonFormat.parser().usingTypeRegistry(KnownTypes.registry()).merge(json(tree), any);
            } catch (InvalidProtocolBufferException e) {
                throw new IllegalArgumentException(e);
            }
            resources.add(any.build());
        }
        return resources;
    }

    private static <B extends Message.Builder> B read(String yaml, B into) {
        var tree = new Load(LoadSettings.builder().build()).loadFromString(yaml);
        try {
            JsonFormat.parser().usingTypeRegistry(TYPES).merge(json(tree), into);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException(e);
        }
        return into;
    }

    private static String json(Object tree) {
        return switch (tree) {
            case Map<?, ?> map ->
                    map.entrySet().stream()
                            .map(e -> quoted(String.valueOf(e.getKey())) + ":" + json(e.getValue()))
                            .toList()
                            .toString()
                            .replaceFirst("^\\[", "{")
                            .replaceFirst("]$", "}");
            case List<?> list -> list.stream().map(Yaml::json).toList().toString();
            case String text -> quoted(text);
            case null -> "null";
            default -> tree.toString();
        };
    }

    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
    }
}
