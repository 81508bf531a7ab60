package dev.serin.proxy.fields;

import com.google.protobuf.ByteString;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.protobuf.Value.KindCase;

import dev.serin.proxy.fields.Plan.Step;
import dev.serin.proxy.fields.UnreadFields.Place;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.function.Function;

/// The same walk through a message that came as the JSON of a TypedStruct.
///
/// @param plans by the full name of a message; null for one without
record StructWalk(Function<String, @Nullable Plan> plans, List<Unread> problems) {
    void walk(Struct struct, Plan plan, Place place) {
        struct.getFieldsMap()
                .forEach((name, value) -> {
                    if (value.getKindCase() == KindCase.NULL_VALUE || name.equals("@type")) {
                        return;
                    }
                    var step = plan.step(name);
                    if (step == null) {
                        problems.add(
                                place.problem(name, "is no field of " + plan.type().getFullName()));
                    } else {
                        field(value, plan, step, place);
                    }
                });
    }

    private void field(Value value, Plan plan, Step step, Place place) {
        if (step.shape() == Plan.Shape.MAP) {
            map(value, plan, step, place);
        } else if (value.getKindCase() == KindCase.LIST_VALUE && step.field().isRepeated()) {
            var values = value.getListValue().getValuesList();
            for (var i = 0; i < values.size(); i++) {
                one(values.get(i), plan, step, place.at(step, i, ByteString.EMPTY));
            }
        } else {
            one(value, plan, step, place.at(step, 0, ByteString.EMPTY));
        }
    }

    private void map(Value value, Plan plan, Step step, Place place) {
        var inner = plan.child(step).step("value");
        if (step.listed() == null || inner == null) {
            problems.add(place.at(step, 0, ByteString.EMPTY).problem(UnreadFields.unread("")));
            return;
        }
        value.getStructValue()
                .getFieldsMap()
                .values()
                .forEach(v -> one(v, plan.child(step), inner, place));
    }

    private void one(Value value, Plan plan, Step step, Place place) {
        var listed = step.listed();
        var shown = shown(value);
        if (listed == null) {
            problems.add(place.problem(UnreadFields.unread(shown)));
        } else if (!listed.takes(shown)) {
            problems.add(place.problem(UnreadFields.other(shown, listed)));
        } else if (listed.why().isEmpty() && value.hasStructValue()) {
            switch (step.shape()) {
                case MESSAGE -> walk(value.getStructValue(), plan.child(step), place);
                case ANY -> any(value.getStructValue(), place);
                case VALUE, MAP -> {}
            }
        }
    }

    private void any(Struct struct, Place place) {
        var url = struct.getFieldsOrDefault("@type", Value.getDefaultInstance()).getStringValue();
        var plan = plans.apply(url.substring(url.lastIndexOf('/') + 1));
        if (plan != null) {
            walk(struct, plan, place);
        }
    }

    private static String shown(Value value) {
        return switch (value.getKindCase()) {
            case STRING_VALUE -> value.getStringValue();
            case BOOL_VALUE -> String.valueOf(value.getBoolValue());
            case NUMBER_VALUE -> {
                var number = value.getNumberValue();
                yield number == Math.rint(number)
                        ? String.valueOf((long) number)
                        : String.valueOf(number);
            }
            default -> "";
        };
    }
}
