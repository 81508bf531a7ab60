package dev.serin.conformance.differential.coverage;

import com.google.protobuf.Any;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.MessageOrBuilder;

import dev.serin.conformance.differential.scenario.Certificates;
import dev.serin.conformance.differential.scenario.Messages;
import dev.serin.conformance.differential.scenario.ResourceSet;
import dev.serin.conformance.differential.scenario.Scenario;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/// Where each field is exercised: the scenarios whose resources set it, and the proxy's own tests
/// that name it.
final class Coverage {
    private final Map<String, Set<String>> scenarios = new TreeMap<>();
    private final Map<String, Set<String>> tests = new HashMap<>();

    /// @param all the scenarios
    /// @param sources folder of the proxy's tests
    Coverage(List<Scenario> all, Path sources) {
        for (var scenario : all) {
            var words = new HashMap<>(Certificates.words());
            scenario.upstreams().keySet().forEach(name -> words.put(name, "1"));
            for (var resource : ResourceSet.of(scenario.tree(), words).all()) {
                if (!resource.name().equals(ResourceSet.SENTINEL)) {
                    walk(resource.body(), scenario.name());
                }
            }
            scenario.proves().forEach(field -> set(field, scenario.name()));
        }
        names(sources);
    }

    /// What proves `message.field`: scenarios, else tests; empty if nothing does.
    List<String> of(String message, FieldDescriptor field) {
        var proved = scenarios.get(message + "." + field.getName());
        if (proved != null) {
            return List.copyOf(proved);
        }
        return tests
                .getOrDefault(field.getName(), tests.getOrDefault(setter(field), Set.of()))
                .stream()
                .sorted()
                .toList();
    }

    private static String setter(FieldDescriptor field) {
        var name = field.getJsonName();
        return Character.toUpperCase(name.charAt(0)) + name.substring(1);
    }

    private void set(String field, String by) {
        scenarios.computeIfAbsent(field, _ -> new TreeSet<>()).add(by);
    }

    private void walk(MessageOrBuilder message, String by) {
        if (message instanceof Any any) {
            inside(any, by);
            return;
        }
        message.getAllFields()
                .forEach((field, value) -> {
                    set(field.getContainingType().getFullName() + "." + field.getName(), by);
                    if (value instanceof List<?> list) {
                        list.forEach(one -> part(one, by));
                    } else {
                        part(value, by);
                    }
                });
    }

    private void part(Object value, String by) {
        if (value instanceof Message message) {
            walk(message, by);
        }
    }

    private void inside(Any any, String by) {
        var name = any.getTypeUrl().substring(any.getTypeUrl().indexOf('/') + 1);
        try {
            walk(
                    com.google.protobuf.DynamicMessage.parseFrom(
                            Messages.descriptor(name), any.getValue()),
                    by);
        } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
            throw new IllegalStateException(by + ": " + name, e);
        }
    }

    /// Snake case in YAML, or a setter in Java.
    private void names(Path sources) {
        var word =
                Pattern.compile(
                        "\\b([a-z0-9]+(?:_[a-z0-9]+)*)(?=\\\\?\"?:"
                                + " )|\\.(?:set|add|put)([A-Z]\\w*)\\(");
        try (var files = Files.walk(sources)) {
            for (var file : files.filter(f -> f.toString().endsWith("Test.java")).toList()) {
                var test = file.getFileName().toString().replace(".java", "");
                var match = word.matcher(Files.readString(file));
                while (match.find()) {
                    var name = match.group(1) == null ? match.group(2) : match.group(1);
                    tests.computeIfAbsent(name, _ -> new TreeSet<>()).add(test);
                }
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
