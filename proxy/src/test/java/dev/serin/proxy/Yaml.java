package dev.serin.proxy;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;

import dev.serin.proxy.fields.KnownTypes;
import dev.serin.proxy.snapshot.ConfigUpdate;
import dev.serin.proxy.snapshot.ConfigUpdate.Versioned;

import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;

import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

import java.util.List;
import java.util.Map;

/// Envoy's messages out of YAML, as tests write them.
final class Yaml {
    private Yaml() {}

    static Listener listener(String yaml) {
        return read(yaml, Listener.newBuilder()).build();
    }

    static HttpConnectionManager manager(String yaml) {
        return read(yaml, HttpConnectionManager.newBuilder()).build();
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

    /// A transport socket of one of TLS's types.
    ///
    /// @param fields in the short form, without the braces
    static TransportSocket socket(String name, String type, String fields) {
        return read(
                        "{name: "
                                + name
                                + ", typed_config: {\"@type\":"
                                + " type.googleapis.com/envoy.extensions.transport_sockets.tls.v3."
                                + type
                                + ", "
                                + fields
                                + "}}",
                        TransportSocket.newBuilder())
                .build();
    }

    /// A secret.
    static Secret secret(String yaml) {
        return read(yaml, Secret.newBuilder()).build();
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
            JsonFormat.parser().usingTypeRegistry(KnownTypes.registry()).merge(json(tree), into);
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
