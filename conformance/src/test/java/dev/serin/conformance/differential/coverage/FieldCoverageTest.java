package dev.serin.conformance.differential.coverage;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;

import dev.serin.conformance.differential.scenario.Messages;
import dev.serin.conformance.differential.scenario.Scenario;
import dev.serin.conformance.differential.scenario.Tree;
import dev.serin.proxy.fields.FieldLists;
import dev.serin.proxy.fields.KnownTypes;
import dev.serin.proxy.fields.UnreadFields;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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
    private final Coverage coverage =
            new Coverage(Scenario.all(FILES), ROOT.resolve("proxy/src/test/java"));

    /// A field with what becomes of it.
    private record Row(String message, String field, String state, String proof) {}

    @Test
    void noFieldIsSilent() throws IOException {
        var rows = new ArrayList<Row>();
        var listed = lists();
        for (var message : listed.entrySet()) {
            var descriptor = descriptor(message.getKey());
            if (descriptor != null) {
                descriptor
                        .getFields()
                        .forEach(field -> rows.add(row(descriptor, field, message.getValue())));
            }
        }
        write(rows);
        var elsewhere = elsewhere();
        assertEquals(
                List.of(),
                rows.stream()
                        .filter(r -> r.proof().isEmpty())
                        .map(r -> r.message() + "." + r.field())
                        .filter(f -> !elsewhere.containsKey(f))
                        .toList(),
                "read, but no scenario sets it and no test names it");
    }

    private Row row(Descriptor message, FieldDescriptor field, Map<String, String> listed) {
        var name = message.getFullName();
        var line = listed.get(field.getName());
        if (line == null) {
            return new Row(name, field.getName(), "refused", refusal(message, field));
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
        var proofs = coverage.of(name, field);
        var shown = String.join(", ", proofs.subList(0, Math.min(3, proofs.size())));
        return new Row(
                name,
                field.getName(),
                state,
                proofs.size() > 3 ? shown + " and " + (proofs.size() - 3) + " more" : shown);
    }

    /// What the proxy says of a message in which this field is set.
    private String refusal(Descriptor message, FieldDescriptor field) {
        var set = DynamicMessage.newBuilder(message);
        if (field.isRepeated()) {
            set.addRepeatedField(field, value(field));
        } else {
            set.setField(field, value(field));
        }
        var said = unread.in(message, set.build().toByteString());
        return said.stream()
                .filter(u -> u.field().startsWith(field.getName()))
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

    /// Fields that are proved where no YAML names them, with where.
    private static Map<String, Object> elsewhere() throws IOException {
        var file = FILES.resolve("proved-elsewhere.yaml");
        return new TreeMap<>(Tree.read(file.toString(), Files.readString(file)).fields());
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
