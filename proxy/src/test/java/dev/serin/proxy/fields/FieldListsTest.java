package dev.serin.proxy.fields;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Keeps the lists honest: what they name exists, is named once and in order, and what they say is
/// read is walked further.
class FieldListsTest {
    private static final Path FOLDER = Path.of("src/main/resources/dev/serin/proxy/fields");
    private final Map<String, Map<String, Listed>> messages = FieldLists.own().messages();
    private final List<String> wrong = new ArrayList<>();

    @Test
    void everyFileIsRead() throws IOException {
        try (var files = Files.list(FOLDER)) {
            assertEquals(
                    FieldLists.FILES,
                    files.map(f -> f.getFileName().toString().replace(".txt", ""))
                            .sorted()
                            .toList());
        }
    }

    @Test
    void messagesAndFieldsStandInOrder() throws IOException {
        for (var file : FieldLists.FILES) {
            var section = new LinkedHashMap<String, Map<String, Listed>>();
            FieldLists.parse(file, Files.readString(FOLDER.resolve(file + ".txt")), section);
            // after a comment the order begins again
            section.forEach((message, fields) -> ordered(message, List.copyOf(fields.keySet())));
        }
        assertEquals(List.of(), wrong);
    }

    private void ordered(String where, List<String> names) {
        if (!names.equals(names.stream().sorted().toList())) {
            wrong.add(where + ": in order it is " + names.stream().sorted().toList());
        }
    }

    @Test
    void knownTypesAreCalledByTheirNames() {
        KnownTypes.TYPES.forEach((name, type) -> assertEquals(name, type.get().getFullName()));
    }

    @Test
    void everyListedFieldExists() {
        messages.forEach((name, fields) -> {
            var type = KnownTypes.registry().find(name);
            if (type == null) {
                wrong.add(name + " is not known to KnownTypes");
                return;
            }
            fields.forEach((field, listed) -> {
                var found = type.findFieldByName(field);
                if (found == null) {
                    wrong.add(name + " has no field " + field);
                } else {
                    check(found, listed);
                }
            });
        });
        assertEquals(List.of(), wrong);
    }

    private void check(FieldDescriptor field, Listed listed) {
        if (field.getJavaType() == JavaType.ENUM) {
            for (var value : listed.values()) {
                if (field.getEnumType().findValueByName(value) == null) {
                    wrong.add(field.getFullName() + " has no value " + value);
                }
            }
        }
        if (field.getJavaType() != JavaType.MESSAGE) {
            return;
        }
        var type = held(field);
        var own = !type.getFullName().startsWith("google.protobuf.");
        if (own && !listed.values().isEmpty()) {
            wrong.add(field.getFullName() + " is a message and cannot be limited to values");
        }
        if (own && listed.why().isEmpty() && !messages.containsKey(type.getFullName())) {
            wrong.add(field.getFullName() + " is read, but no list for " + type.getFullName());
        }
    }

    /// The message in a field; in a map, that of its values.
    private static Descriptor held(FieldDescriptor field) {
        var type = field.getMessageType();
        if (!field.isMapField()) {
            return type;
        }
        var value = type.findFieldByName("value");
        return value.getJavaType() == JavaType.MESSAGE
                ? value.getMessageType()
                : com.google.protobuf.Any.getDescriptor();
    }
}
