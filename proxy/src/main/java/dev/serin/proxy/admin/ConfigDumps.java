package dev.serin.proxy.admin;

import com.google.protobuf.Any;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.ListValue;
import com.google.protobuf.Message;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.protobuf.util.JsonFormat;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;

import dev.serin.proxy.fields.KnownTypes;

import io.envoyproxy.envoy.admin.v3.ConfigDump;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// `/config_dump` with Envoy's parameters: `resource` for one kind of entry, `mask` for some fields
/// of it, `name_regex` for some names.
final class ConfigDumps {
    private static final List<String> HOLDERS =
            List.of("cluster", "listener", "route_config", "endpoint_config", "secret");

    private ConfigDumps() {}

    static Page of(ConfigDump whole, Ask ask) {
        var types = KnownTypes.registry();
        var printer = JsonFormat.printer().usingTypeRegistry(types).preservingProtoFieldNames();
        try {
            var shown = (ConfigDump) new Redaction(types).of(whole);
            var resource = ask.parameter("resource");
            var mask = ask.parameter("mask");
            var names = ask.parameter("name_regex");
            if (resource == null && mask == null && names == null) {
                return Page.json(printer.print(shown));
            }
            var configs = new ArrayList<Value>();
            var known = resource == null && mask == null;
            for (var any : shown.getConfigsList()) {
                var type =
                        types.find(
                                any.getTypeUrl().substring(any.getTypeUrl().lastIndexOf('/') + 1));
                if (type == null) {
                    continue;
                }
                var config = DynamicMessage.parseFrom(type, any.getValue());
                var field = resource == null ? null : type.findFieldByName(resource);
                if (resource == null) {
                    known |= mask != null && type.findFieldByName(first(mask)) != null;
                    configs.add(json(any, printer));
                } else if (field != null && field.isRepeated()) {
                    known = true;
                    for (var element : elements(config, field)) {
                        configs.add(json(Any.pack(element), printer));
                    }
                }
            }
            if (!known) {
                return resource == null
                        ? Page.text(
                                400,
                                "FieldMask "
                                        + mask
                                        + " could not be successfully applied to any configs.")
                        : Page.text(404, resource + " not found in config dump");
            }
            return Page.json(print(configs, mask, names, resource != null));
        } catch (PatternSyntaxException e) {
            return Page.text(
                    400, "Error while parsing name_regex from " + ask.parameter("name_regex"));
        } catch (InvalidProtocolBufferException e) {
            return Page.text(500, "a message of a type that this proxy cannot print\n");
        }
    }

    private static String first(String mask) {
        return mask.split("[.,]", 2)[0];
    }

    private static List<Message> elements(Message config, FieldDescriptor field) {
        var elements = new ArrayList<Message>();
        for (var i = 0; i < config.getRepeatedFieldCount(field); i++) {
            elements.add((Message) config.getRepeatedField(field, i));
        }
        return elements;
    }

    private static Value json(Any any, JsonFormat.Printer printer)
            throws InvalidProtocolBufferException {
        var value = Struct.newBuilder();
        JsonFormat.parser().merge(printer.print(any), value);
        return Value.newBuilder().setStructValue(value).build();
    }

    private static String print(
            List<Value> configs, @Nullable String mask, @Nullable String names, boolean entries)
            throws InvalidProtocolBufferException {
        var pattern = names == null ? null : Pattern.compile(names);
        var list = ListValue.newBuilder();
        for (var config : configs) {
            var kept = config;
            if (pattern != null) {
                if (entries && !named(config, pattern)) {
                    continue;
                }
                kept = entries ? kept : named(kept.getStructValue(), pattern);
            }
            list.addValues(mask == null ? kept : masked(kept, List.of(mask.split(",", -1))));
        }
        return JsonFormat.printer()
                .print(
                        Struct.newBuilder()
                                .putFields(
                                        "configs", Value.newBuilder().setListValue(list).build()));
    }

    /// A kind of entries with those alone whose names fit.
    private static Value named(Struct config, Pattern pattern) {
        var kept = Struct.newBuilder();
        config.getFieldsMap()
                .forEach((field, value) -> {
                    if (!value.hasListValue()) {
                        kept.putFields(field, value);
                        return;
                    }
                    var list = ListValue.newBuilder();
                    value.getListValue().getValuesList().stream()
                            .filter(v -> named(v, pattern))
                            .forEach(list::addValues);
                    if (list.getValuesCount() > 0) {
                        kept.putFields(field, Value.newBuilder().setListValue(list).build());
                    }
                });
        return Value.newBuilder().setStructValue(kept).build();
    }

    private static boolean named(Value entry, Pattern pattern) {
        var fields = entry.getStructValue().getFieldsMap();
        var name = fields.get("name");
        for (var holder : HOLDERS) {
            if (name == null && fields.containsKey(holder)) {
                var held = fields.get(holder).getStructValue().getFieldsMap();
                name = held.getOrDefault("name", held.get("cluster_name"));
            }
        }
        return name != null && pattern.matcher(name.getStringValue()).matches();
    }

    /// What `paths` name of it, in every element of a list.
    private static Value masked(Value value, List<String> paths) {
        if (value.hasListValue()) {
            var list = ListValue.newBuilder();
            value.getListValue().getValuesList().forEach(v -> list.addValues(masked(v, paths)));
            return Value.newBuilder().setListValue(list).build();
        }
        if (!value.hasStructValue()) {
            return value;
        }
        var kept = Struct.newBuilder();
        value.getStructValue()
                .getFieldsMap()
                .forEach((field, inner) -> {
                    if (field.equals("@type") || paths.contains(field)) {
                        kept.putFields(field, inner);
                        return;
                    }
                    var rest =
                            paths.stream()
                                    .filter(p -> p.startsWith(field + "."))
                                    .map(p -> p.substring(field.length() + 1))
                                    .toList();
                    if (!rest.isEmpty()) {
                        kept.putFields(field, masked(inner, rest));
                    }
                });
        return Value.newBuilder().setStructValue(kept).build();
    }
}
