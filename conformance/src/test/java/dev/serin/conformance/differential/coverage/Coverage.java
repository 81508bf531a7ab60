package dev.serin.conformance.differential.coverage;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.MessageOrBuilder;

import dev.serin.conformance.differential.scenario.Certificates;
import dev.serin.conformance.differential.scenario.Messages;
import dev.serin.conformance.differential.scenario.ResourceSet;
import dev.serin.conformance.differential.scenario.Scenario;
import dev.serin.conformance.differential.scenario.Tree;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// Which scenario proves which field: those that name it come first, then those in whose
/// configuration, which Envoy gets as well, it is set.
final class Coverage {
    private final Map<String, Set<String>> named = new TreeMap<>();
    private final Map<String, Set<String>> set = new TreeMap<>();
    private final Map<String, Set<String>> unset = new TreeMap<>();

    /// @param all the scenarios
    Coverage(List<Scenario> all) {
        for (var scenario : all) {
            var words = new HashMap<>(Certificates.words());
            scenario.upstreams().keySet().forEach(name -> words.put(name, "1"));
            var fields = new HashSet<String>();
            var tree = scenario.tree();
            fields(tree, words, fields);
            for (var step : tree.list("requests")) {
                if (step instanceof Map<?, ?> map && map.get("apply") instanceof Map<?, ?> over) {
                    tree = tree.merged(Tree.of(scenario.name(), over));
                    fields(tree, words, fields);
                }
            }
            fields.forEach(f -> put(set, f, scenario.name()));
            for (var field : scenario.proves()) {
                var said = fields.contains(field) || said(tree, field);
                put(said ? named : unset, field, scenario.name());
            }
        }
    }

    /// Whether a field stands in the file: with its default value it is not set on the wire.
    private static boolean said(Tree tree, String field) {
        return tree.json().contains("\"" + field.substring(field.lastIndexOf('.') + 1) + "\":");
    }

    private static void put(Map<String, Set<String>> into, String field, String by) {
        into.computeIfAbsent(field, _ -> new TreeSet<>()).add(by);
    }

    /// The scenarios that prove `package.Message.field`, the best first.
    List<String> of(String field) {
        return List.copyOf(named.getOrDefault(field, set.getOrDefault(field, Set.of())));
    }

    /// Fields that scenarios claim to prove and none of these sets, with the scenarios.
    Map<String, Set<String>> vain() {
        var vain = new TreeMap<>(unset);
        vain.keySet().removeAll(named.keySet());
        return vain;
    }

    private static void fields(Tree tree, Map<String, String> words, Set<String> into) {
        for (var resource : ResourceSet.of(tree, words).all()) {
            if (!resource.name().equals(ResourceSet.SENTINEL)) {
                inside(resource.body().getTypeUrl(), resource.body().getValue(), into);
            }
        }
    }

    private static void walk(MessageOrBuilder message, Set<String> into) {
        var type = message.getDescriptorForType();
        if (type.getFullName().equals(Any.getDescriptor().getFullName())) {
            inside(
                    (String) message.getField(type.findFieldByName("type_url")),
                    (ByteString) message.getField(type.findFieldByName("value")),
                    into);
            return;
        }
        message.getAllFields()
                .forEach((field, value) -> {
                    into.add(field.getFullName());
                    if (value instanceof List<?> list) {
                        list.forEach(one -> part(one, into));
                    } else {
                        part(value, into);
                    }
                });
    }

    private static void part(Object value, Set<String> into) {
        if (value instanceof Message message) {
            walk(message, into);
        }
    }

    private static void inside(String url, ByteString value, Set<String> into) {
        var name = url.substring(url.indexOf('/') + 1);
        if (name.isEmpty()) {
            return;
        }
        try {
            walk(DynamicMessage.parseFrom(Messages.descriptor(name), value), into);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(name, e);
        }
    }
}
