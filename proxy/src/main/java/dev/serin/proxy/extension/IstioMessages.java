package dev.serin.proxy.extension;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Duration;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.util.JsonFormat;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/// The configuration messages of Istio's own filters, described here since no library brings them.
/// However such a message comes, as octets or as a TypedStruct, it is read into a Struct with the
/// field names of its description; what the description does not have is refused.
public final class IstioMessages {
    private static final FieldDescriptorProto.Type TEXT = FieldDescriptorProto.Type.TYPE_STRING;
    private static final FieldDescriptorProto.Type FLAG = FieldDescriptorProto.Type.TYPE_BOOL;
    private static final FieldDescriptorProto.Type NUMBER = FieldDescriptorProto.Type.TYPE_INT32;
    private static final FieldDescriptorProto.Type CHOICE = FieldDescriptorProto.Type.TYPE_ENUM;
    private static final FieldDescriptorProto.Type MESSAGE = FieldDescriptorProto.Type.TYPE_MESSAGE;
    private static final FieldDescriptorProto.Label ONE = FieldDescriptorProto.Label.LABEL_OPTIONAL;
    private static final FieldDescriptorProto.Label MANY =
            FieldDescriptorProto.Label.LABEL_REPEATED;
    private static final Map<String, Descriptor> TYPES = new HashMap<>();

    static {
        add(stats());
        add(peerMetadata());
        add(alpn());
        add(metadataExchange());
    }

    private IstioMessages() {}

    /// The messages, for whoever prints or reads them as JSON.
    public static Collection<Descriptor> descriptors() {
        return TYPES.values();
    }

    /// @throws ConfigProblem if it does not parse or has a field that is not described
    public static Struct read(ExtensionConfig config) throws ConfigProblem {
        var type = TYPES.get(config.type());
        if (type == null) {
            throw new ConfigProblem("typed_config", config.type() + " is not described");
        }
        try {
            var message = DynamicMessage.newBuilder(type);
            if (config.struct() != null) {
                JsonFormat.parser().merge(JsonFormat.printer().print(config.struct()), message);
            } else {
                message.mergeFrom(config.bytes());
            }
            var unknown = message.getUnknownFields().asMap();
            if (!unknown.isEmpty()) {
                throw new ConfigProblem(
                        "field " + unknown.keySet().iterator().next() + " of " + config.type(),
                        "is not supported");
            }
            var struct = Struct.newBuilder();
            JsonFormat.parser()
                    .merge(
                            JsonFormat.printer().preservingProtoFieldNames().print(message.build()),
                            struct);
            return struct.build();
        } catch (InvalidProtocolBufferException e) {
            throw new ConfigProblem("typed_config", config.type() + ": " + e.getMessage());
        }
    }

    // ---- the messages

    private static FileDescriptorProto.Builder stats() {
        var override =
                message("MetricConfig")
                        .addField(list("dimensions", 1, "MetricConfig.DimensionsEntry"))
                        .addNestedType(
                                message("DimensionsEntry")
                                        .setOptions(
                                                com.google.protobuf.DescriptorProtos.MessageOptions
                                                        .newBuilder()
                                                        .setMapEntry(true))
                                        .addField(field("key", 1, TEXT))
                                        .addField(field("value", 2, TEXT)))
                        .addField(field("name", 2, TEXT))
                        .addField(field("tags_to_remove", 3, TEXT).setLabel(MANY))
                        .addField(field("match", 4, TEXT))
                        .addField(field("drop", 5, FLAG));
        var definition =
                message("MetricDefinition")
                        .addField(field("name", 1, TEXT))
                        .addField(field("value", 2, TEXT))
                        .addField(one("type", 3, "MetricType").setType(CHOICE));
        return file("stats")
                .addEnumType(choice("MetricType", "COUNTER", "GAUGE", "HISTOGRAM"))
                .addEnumType(choice("Reporter", "UNSPECIFIED", "SERVER_GATEWAY"))
                .addMessageType(override)
                .addMessageType(definition)
                .addMessageType(
                        message("PluginConfig")
                                .addField(field("debug", 1, TEXT))
                                .addField(field("max_peer_cache_size", 2, NUMBER))
                                .addField(field("stat_prefix", 3, TEXT))
                                .addField(field("disable_host_header_fallback", 6, FLAG))
                                .addField(
                                        one(
                                                "tcp_reporting_duration",
                                                7,
                                                ".google.protobuf.Duration"))
                                .addField(list("metrics", 8, "MetricConfig"))
                                .addField(list("definitions", 9, "MetricDefinition"))
                                .addField(one("reporter", 10, "Reporter").setType(CHOICE))
                                .addField(one("rotation_interval", 11, ".google.protobuf.Duration"))
                                .addField(
                                        one(
                                                "graceful_deletion_interval",
                                                12,
                                                ".google.protobuf.Duration")));
    }

    private static FileDescriptorProto.Builder peerMetadata() {
        var headers = message("IstioHeaders").addField(field("skip_external_clusters", 1, FLAG));
        return file("io.istio.http.peer_metadata")
                .addMessageType(message("Baggage"))
                .addMessageType(message("WorkloadDiscovery"))
                .addMessageType(headers)
                .addMessageType(
                        message("DiscoveryMethod")
                                .addField(one("baggage", 1, "Baggage"))
                                .addField(one("workload_discovery", 2, "WorkloadDiscovery"))
                                .addField(one("istio_headers", 3, "IstioHeaders")))
                .addMessageType(
                        message("PropagationMethod")
                                .addField(one("istio_headers", 1, "IstioHeaders"))
                                .addField(one("baggage", 2, "Baggage")))
                .addMessageType(
                        message("Config")
                                .addField(list("downstream_discovery", 1, "DiscoveryMethod"))
                                .addField(list("upstream_discovery", 2, "DiscoveryMethod"))
                                .addField(list("downstream_propagation", 3, "PropagationMethod"))
                                .addField(list("upstream_propagation", 4, "PropagationMethod"))
                                .addField(field("shared_with_upstream", 5, FLAG))
                                .addField(field("additional_labels", 6, TEXT).setLabel(MANY)));
    }

    private static FileDescriptorProto.Builder alpn() {
        return file("istio.envoy.config.filter.http.alpn.v2alpha1")
                .addMessageType(
                        message("FilterConfig")
                                .addEnumType(choice("Protocol", "HTTP10", "HTTP11", "HTTP2"))
                                .addNestedType(
                                        message("AlpnOverride")
                                                .addField(
                                                        one(
                                                                        "upstream_protocol",
                                                                        1,
                                                                        "FilterConfig.Protocol")
                                                                .setType(CHOICE))
                                                .addField(
                                                        field("alpn_override", 2, TEXT)
                                                                .setLabel(MANY)))
                                .addField(list("alpn_override", 1, "FilterConfig.AlpnOverride")));
    }

    private static FileDescriptorProto.Builder metadataExchange() {
        return file("envoy.tcp.metadataexchange.config")
                .addMessageType(
                        message("MetadataExchange")
                                .addField(field("protocol", 1, TEXT))
                                .addField(field("enable_discovery", 2, FLAG))
                                .addField(field("additional_labels", 3, TEXT).setLabel(MANY)));
    }

    // ---- how they are described

    private static void add(FileDescriptorProto.Builder file) {
        try {
            var built =
                    FileDescriptor.buildFrom(
                            file.build(),
                            new FileDescriptor[] {Duration.getDescriptor().getFile()});
            built.getMessageTypes().forEach(t -> TYPES.put(t.getFullName(), t));
        } catch (DescriptorValidationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static FileDescriptorProto.Builder file(String protoPackage) {
        return FileDescriptorProto.newBuilder()
                .setName(protoPackage + ".proto")
                .setPackage(protoPackage)
                .setSyntax("proto3")
                .addDependency("google/protobuf/duration.proto");
    }

    private static DescriptorProto.Builder message(String name) {
        return DescriptorProto.newBuilder().setName(name);
    }

    private static EnumDescriptorProto.Builder choice(String name, String... values) {
        var choice = EnumDescriptorProto.newBuilder().setName(name);
        for (var value : values) {
            choice.addValueBuilder().setName(value).setNumber(choice.getValueCount() - 1);
        }
        return choice;
    }

    private static FieldDescriptorProto.Builder field(
            String name, int number, FieldDescriptorProto.Type type) {
        return FieldDescriptorProto.newBuilder()
                .setName(name)
                .setNumber(number)
                .setType(type)
                .setLabel(ONE);
    }

    private static FieldDescriptorProto.Builder one(String name, int number, String of) {
        return field(name, number, MESSAGE).setTypeName(of);
    }

    private static FieldDescriptorProto.Builder list(String name, int number, String of) {
        return one(name, number, of).setLabel(MANY);
    }
}
