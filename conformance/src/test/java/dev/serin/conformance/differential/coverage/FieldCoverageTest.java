package dev.serin.conformance.differential.coverage;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.DynamicMessage;

import dev.serin.conformance.differential.scenario.Messages;
import dev.serin.conformance.differential.scenario.Scenario;
import dev.serin.proxy.fields.FieldLists;
import dev.serin.proxy.fields.KnownTypes;
import dev.serin.proxy.fields.UnreadFields;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Every field of every message that a resource can hold is read and proved, refused by name, or
/// ignored for a reason that is written down. Writes what it finds to target/field-coverage.md.
@Tag("peers")
class FieldCoverageTest {
    private static final Path ROOT = Path.of(System.getProperty("serin.root"));
    private static final Path FILES = ROOT.resolve("conformance/src/test/resources/differential");
    private static final Path LISTS =
            ROOT.resolve("proxy/src/main/resources/dev/serin/proxy/fields");

    private final UnreadFields unread = new UnreadFields(FieldLists.own(), KnownTypes::find);
    private final Coverage coverage = new Coverage(Scenario.all(FILES));
    private final Elsewhere elsewhere =
            Elsewhere.read(FILES.resolve("proved-elsewhere.yaml"), ROOT);

    /// A field with what becomes of it.
    private record Row(String message, String field, String state, String proof) {}

    @Test
    void noFieldIsSilent() throws IOException {
        var rows = new ArrayList<Row>();
        for (var message : lists().entrySet()) {
            var descriptor = descriptor(message.getKey());
            if (descriptor != null) {
                descriptor
                        .getFields()
                        .forEach(field -> rows.add(row(descriptor, field, message.getValue())));
            }
        }
        write(rows);
        assertEquals(
                List.of(),
                rows.stream()
                        .filter(r -> r.proof().isEmpty())
                        .map(r -> r.message() + "." + r.field() + " (" + r.state() + ")")
                        .toList(),
                "no scenario sets it, proved-elsewhere.yaml does not name it, nothing refuses it");
    }

    @Test
    void scenariosSetWhatTheyProve() {
        assertEquals(Map.of(), coverage.vain());
    }

    @Test
    void whatIsProvedElsewhereIsReadAndProvedThere() throws IOException {
        var lists = lists();
        var wrong = new ArrayList<>(elsewhere.missing());
        elsewhere.tests().keySet().stream()
                .filter(field -> {
                    var dot = field.lastIndexOf('.');
                    return !lists.getOrDefault(field.substring(0, dot), Map.of())
                            .containsKey(field.substring(dot + 1));
                })
                .map(field -> field + " is not read")
                .forEach(wrong::add);
        assertEquals(List.of(), wrong);
    }

    /// Where only some values are read, every other value of an enumeration is refused by name.
    @Test
    void otherValuesAreRefused() throws IOException {
        var silent = new ArrayList<String>();
        for (var message : lists().entrySet()) {
            var descriptor = descriptor(message.getKey());
            if (descriptor == null) {
                continue;
            }
            for (var line : message.getValue().entrySet()) {
                var field = descriptor.findFieldByName(line.getKey());
                if (field.getJavaType() == JavaType.ENUM && line.getValue().contains("=")) {
                    var taken = values(line.getValue());
                    field.getEnumType().getValues().stream()
                            .filter(v -> !taken.contains(v.getName()) && v.getNumber() != 0)
                            .filter(v -> refusal(descriptor, field, v).isEmpty())
                            .forEach(v -> silent.add(field.getFullName() + " = " + v));
                }
            }
        }
        assertEquals(List.of(), silent);
    }

    private static List<String> values(String line) {
        var text = line.substring(line.indexOf('=') + 1).split(" -- ", 2)[0];
        return Arrays.stream(text.split("\\|", -1)).map(String::strip).toList();
    }

    private Row row(Descriptor message, FieldDescriptor field, Map<String, String> listed) {
        var name = message.getFullName();
        var line = listed.get(field.getName());
        if (line == null) {
            return new Row(name, field.getName(), "refused", refusal(message, field, value(field)));
        }
        if (line.contains("--")) {
            return new Row(
                    name,
                    field.getName(),
                    "without effect",
                    line.substring(line.indexOf("--") + 2).strip());
        }
        var state =
                line.contains("=")
                        ? "read: " + line.substring(line.indexOf('=') + 1).strip()
                        : "read";
        return new Row(name, field.getName(), state, proof(field.getFullName()));
    }

    /// The unit test that proves a field, and up to three scenarios.
    private String proof(String field) {
        var proofs = new ArrayList<String>();
        var test = elsewhere.tests().get(field);
        if (test != null) {
            proofs.add(test);
        }
        var scenarios = coverage.of(field);
        proofs.addAll(scenarios.subList(0, Math.min(3, scenarios.size())));
        var shown = String.join(", ", proofs);
        return scenarios.size() > 3 ? shown + " and " + (scenarios.size() - 3) + " more" : shown;
    }

    /// What the proxy says of a message in which this field is set; empty if nothing names it.
    private String refusal(Descriptor message, FieldDescriptor field, Object value) {
        var set = DynamicMessage.newBuilder(message);
        if (field.isRepeated()) {
            set.addRepeatedField(field, value);
        } else {
            set.setField(field, value);
        }
        return unread.in(message, set.build().toByteString()).stream()
                .filter(u -> u.field().split("[.\\[]", 2)[0].equals(field.getName()))
                .map(u -> "NACK: " + u.field() + " " + u.reason())
                .findFirst()
                .orElse("");
    }

    private static Object value(FieldDescriptor field) {
        return switch (field.getJavaType()) {
            case BOOLEAN -> true;
            case INT -> 1;
            case LONG -> 1L;
            case FLOAT -> 1f;
            case DOUBLE -> 1d;
            case STRING -> "x";
            case BYTE_STRING -> com.google.protobuf.ByteString.copyFromUtf8("x");
            case ENUM -> field.getEnumType().getValues().getLast();
            case MESSAGE -> DynamicMessage.getDefaultInstance(field.getMessageType());
        };
    }

    private static @org.jspecify.annotations.Nullable Descriptor descriptor(String name) {
        var known = KnownTypes.find(name);
        if (known != null) {
            return known;
        }
        try {
            return Messages.descriptor(name);
        } catch (IllegalArgumentException e) {
            return null; // a message of our own, which Envoy does not know
        }
    }

    /// Message to field to what its list says of it.
    private static Map<String, Map<String, String>> lists() throws IOException {
        var lists = new TreeMap<String, Map<String, String>>();
        try (var files = Files.list(LISTS)) {
            for (var file : files.filter(f -> f.toString().endsWith(".txt")).sorted().toList()) {
                Map<String, String> fields = new TreeMap<>();
                for (var line : Files.readAllLines(file)) {
                    if (line.isBlank() || line.startsWith("#")) {
                        continue;
                    }
                    if (!line.startsWith(" ")) {
                        fields = new TreeMap<>();
                        lists.put(line.strip(), fields);
                    } else {
                        fields.put(line.strip().split("[ =]", 2)[0], line.strip());
                    }
                }
            }
        }
        return lists;
    }

    private static void write(List<Row> rows) throws IOException {
        var text = new StringBuilder("# Fields, and what proves them\n");
        for (var state : List.of("read", "refused", "without effect")) {
            text.append("\n")
                    .append(rows.stream().filter(r -> r.state().startsWith(state)).count())
                    .append(' ')
                    .append(state)
                    .append('\n');
        }
        var message = "";
        for (var row : rows) {
            if (!row.message().equals(message)) {
                message = row.message();
                text.append("\n## ")
                        .append(message)
                        .append("\n\n| field | | proof |\n|---|---|---|\n");
            }
            text.append("| ")
                    .append(row.field())
                    .append(" | ")
                    .append(row.state().replace("|", "or"))
                    .append(" | ")
                    .append(row.proof())
                    .append(" |\n");
        }
        var target = Files.createDirectories(ROOT.resolve("conformance/target"));
        Files.writeString(target.resolve("field-coverage.md"), text);
    }
}
