package dev.serin.proxy.fields;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.Descriptors.OneofDescriptor;

import io.envoyproxy.pgv.validate.Validate;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// What to look at in messages of one type, made once from its descriptor and the lists.
final class Plan {
    private final Descriptor type;
    private final FieldLists lists;
    private final Map<Descriptor, Plan> plans;
    private final Map<Integer, Step> byNumber = new HashMap<>();
    private final List<Step> ruled = new ArrayList<>();
    private final List<OneofDescriptor> choices = new ArrayList<>();

    /// How a field's value is walked.
    enum Shape {
        /// A number, text, or a message that is read as a whole.
        VALUE,
        /// A message with a list of its own.
        MESSAGE,
        /// Messages or values by key.
        MAP,
        /// A message of any type.
        ANY
    }

    /// One field.
    ///
    /// @param listed null if nothing reads it
    /// @param rule what its values must be; null where anything goes
    record Step(FieldDescriptor field, @Nullable Listed listed, Shape shape, @Nullable Rule rule) {}

    private Plan(Descriptor type, FieldLists lists, Map<Descriptor, Plan> plans) {
        this.type = type;
        this.lists = lists;
        this.plans = plans;
        for (var field : type.getFields()) {
            // the entries of a map have a type of their own that nobody lists
            var listed =
                    type.getOptions().getMapEntry()
                            ? Listed.READ
                            : lists.field(type.getFullName(), field.getName());
            var step = new Step(field, listed, shape(field), Rule.of(field));
            byNumber.put(field.getNumber(), step);
            if (step.rule() != null && listed != null) {
                ruled.add(step);
            }
        }
        for (var choice : type.getRealOneofs()) {
            if (choice.getOptions().getExtension(Validate.required)) {
                choices.add(choice);
            }
        }
    }

    /// Where plans are kept; any thread.
    static final class Book {
        private final FieldLists lists;
        private final Map<Descriptor, Plan> plans = new ConcurrentHashMap<>();

        Book(FieldLists lists) {
            this.lists = lists;
        }

        Plan of(Descriptor type) {
            var plan = plans.get(type);
            if (plan == null) {
                plan = new Plan(type, lists, plans);
                plans.put(type, plan);
            }
            return plan;
        }
    }

    private static Shape shape(FieldDescriptor field) {
        if (field.getJavaType() != JavaType.MESSAGE) {
            return Shape.VALUE;
        }
        if (field.isMapField()) {
            return Shape.MAP;
        }
        var name = field.getMessageType().getFullName();
        if (name.equals("google.protobuf.Any")) {
            return Shape.ANY;
        }
        return name.startsWith("google.protobuf.") ? Shape.VALUE : Shape.MESSAGE;
    }

    Descriptor type() {
        return type;
    }

    /// Null for a field that the descriptor does not know.
    @Nullable Step step(int number) {
        return byNumber.get(number);
    }

    /// Null for a name that is neither a field's nor its JSON form.
    @Nullable Step step(String name) {
        var field = type.findFieldByName(name);
        if (field == null) {
            for (var other : type.getFields()) {
                if (other.getJsonName().equals(name)) {
                    return byNumber.get(other.getNumber());
                }
            }
            return null;
        }
        return byNumber.get(field.getNumber());
    }

    /// Fields whose values or number are not free.
    List<Step> ruled() {
        return ruled;
    }

    /// Fields of which one must be set.
    List<OneofDescriptor> choices() {
        return choices;
    }

    /// The plan of a message that this one holds.
    Plan child(Step step) {
        var message = step.field().getMessageType();
        var plan = plans.get(message);
        if (plan == null) {
            plan = new Plan(message, lists, plans);
            plans.put(message, plan);
        }
        return plan;
    }
}
