package dev.serin.proxy.fields;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Struct;
import com.google.protobuf.WireFormat;

import dev.serin.proxy.fields.Plan.Step;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;

/// Finds the fields that are set in a message and that nothing in this proxy reads, those that are
/// newer than its descriptors included, so that nobody believes in a setting that has no effect;
/// and the values that Envoy refuses, see [Rule]. It walks the octets, not the parsed message: a
/// push of a thousand clusters costs milliseconds. Any thread.
public final class UnreadFields {
    /// More than these of one resource help nobody.
    private static final int MOST = 20;

    private static final String UDPA_STRUCT = "udpa.type.v1.TypedStruct";
    private static final String XDS_STRUCT = "xds.type.v3.TypedStruct";

    private final FieldLists lists;
    private final Plan.Book plans;
    private final Function<String, @Nullable Descriptor> types;

    /// @param types what may stand in an Any, by full name; what it does not know is left to
    ///   whoever reads it, who refuses it by name
    public UnreadFields(FieldLists lists, Function<String, @Nullable Descriptor> types) {
        this.lists = lists;
        this.plans = new Plan.Book(lists);
        this.types = types;
    }

    /// The fields of `message`, a `type`, that are set and not read; empty if there is none, or it
    /// does not parse.
    public List<Unread> in(Descriptor type, ByteString message) {
        var problems = new ArrayList<Unread>();
        try {
            walk(message, plans.of(type), new Place(null, null, -1, ByteString.EMPTY), problems);
        } catch (IOException e) {
            return List.of(); // whoever parses it says so better
        }
        return problems;
    }

    private void walk(ByteString message, Plan plan, Place place, List<Unread> problems)
            throws IOException {
        var in = message.newCodedInput();
        in.enableAliasing(true);
        var last = 0;
        var index = 0;
        var times = new HashMap<Integer, Integer>();
        for (var tag = in.readTag(); tag != 0 && problems.size() < MOST; tag = in.readTag()) {
            var number = WireFormat.getTagFieldNumber(tag);
            index = number == last ? index + 1 : 0;
            last = number;
            var step = plan.step(number);
            var from = in.getTotalBytesRead();
            times.putIfAbsent(number, 0); // a choice that is made
            if (step == null) {
                problems.add(
                        place.problem(
                                "field " + number,
                                "is newer than this proxy knows " + plan.type().getFullName()));
                in.skipField(tag);
            } else if (step.shape() == Plan.Shape.VALUE) {
                value(in, tag, step, place.at(step, index, ByteString.EMPTY), problems);
            } else {
                var inner = in.readBytes();
                message(inner, plan, step, place.at(step, index, inner), problems);
            }
            if (step != null && step.rule() != null && step.listed() != null) {
                var octets = message.substring(from, in.getTotalBytesRead());
                times.merge(number, step.rule().count(octets, tag), Integer::sum);
                var wrong = step.rule().value(octets, tag);
                if (wrong != null) {
                    problems.add(place.at(step, index, ByteString.EMPTY).wrong("", wrong));
                }
            }
        }
        numbers(plan, times, place, problems);
    }

    /// What is set too seldom or too often.
    private static void numbers(
            Plan plan, Map<Integer, Integer> times, Place place, List<Unread> problems) {
        for (var step : plan.ruled()) {
            var wrong =
                    Objects.requireNonNull(step.rule())
                            .times(times.getOrDefault(step.field().getNumber(), 0));
            if (wrong != null) {
                problems.add(place.wrong(step.field().getName(), wrong));
            }
        }
        for (var choice : plan.choices()) {
            var fields = choice.getFields();
            if (fields.stream().noneMatch(f -> times.containsKey(f.getNumber()))) {
                problems.add(
                        place.wrong(
                                choice.getName(),
                                "is not set: one of "
                                        + fields.stream()
                                                .map(FieldDescriptor::getName)
                                                .collect(Collectors.joining(", "))
                                        + " must be"));
            }
        }
    }

    private void message(ByteString inner, Plan plan, Step step, Place place, List<Unread> problems)
            throws IOException {
        if (step.listed() == null) {
            problems.add(place.problem("is set, but this proxy does not support it"));
        } else if (step.listed().why().isEmpty()) {
            switch (step.shape()) {
                case MESSAGE, MAP -> walk(inner, plan.child(step), place, problems);
                case ANY -> any(inner, place, problems);
                case VALUE -> {}
            }
        }
    }

    /// A scalar, or a message that is read as a whole.
    private static void value(
            CodedInputStream in, int tag, Step step, Place place, List<Unread> problems)
            throws IOException {
        var listed = step.listed();
        if (listed != null && listed.values().isEmpty()) {
            in.skipField(tag);
            return;
        }
        for (var shown : WireValues.read(in, tag, step.field())) {
            if (listed == null) {
                problems.add(place.problem(unread(shown)));
            } else if (!listed.takes(shown)) {
                problems.add(place.problem(other(shown, listed)));
            }
        }
    }

    static String unread(String shown) {
        return (shown.isEmpty() ? "is set" : "is " + shown)
                + ", but this proxy does not support it";
    }

    static String other(String shown, Listed listed) {
        return "is "
                + shown
                + ", and this proxy supports only "
                + String.join(", ", listed.values());
    }

    private void any(ByteString any, Place place, List<Unread> problems) throws IOException {
        var in = any.newCodedInput();
        in.enableAliasing(true);
        var url = "";
        var value = ByteString.EMPTY;
        for (var tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (WireFormat.getTagFieldNumber(tag)) {
                case com.google.protobuf.Any.TYPE_URL_FIELD_NUMBER -> url = in.readString();
                case com.google.protobuf.Any.VALUE_FIELD_NUMBER -> value = in.readBytes();
                default -> in.skipField(tag);
            }
        }
        var name = url.substring(url.lastIndexOf('/') + 1);
        switch (name) {
            case UDPA_STRUCT -> {
                var typed = com.github.udpa.udpa.type.v1.TypedStruct.parseFrom(value);
                typed(typed.getTypeUrl(), typed.getValue(), place, problems);
            }
            case XDS_STRUCT -> {
                var typed = com.github.xds.type.v3.TypedStruct.parseFrom(value);
                typed(typed.getTypeUrl(), typed.getValue(), place, problems);
            }
            default -> {
                var plan = plan(name);
                if (plan != null) {
                    walk(value, plan, place, problems);
                }
            }
        }
    }

    private void typed(String url, Struct struct, Place place, List<Unread> problems) {
        var plan = plan(url.substring(url.lastIndexOf('/') + 1));
        if (plan != null) {
            new StructWalk(this::plan, problems).walk(struct, plan, place);
        }
    }

    private @Nullable Plan plan(String name) {
        var type = lists.knows(name) ? types.apply(name) : null;
        return type == null ? null : plans.of(type);
    }

    /// Where in a resource the walk is.
    ///
    /// @param index of a repeated field's element
    /// @param message in which its name is looked up, should there be a problem
    record Place(@Nullable Place outer, @Nullable Step step, int index, ByteString message) {
        Place at(Step inner, int at, ByteString bytes) {
            return new Place(this, inner, at, bytes);
        }

        /// This proxy does not have it.
        Unread problem(String reason) {
            return problem("", reason);
        }

        /// The same of a field in it.
        Unread problem(String field, String reason) {
            return new Unread(path(field), reason, false);
        }

        /// It, or a field in it, has a value or a number of them that must not be.
        Unread wrong(String field, String reason) {
            return new Unread(path(field), reason, true);
        }

        private String path(String field) {
            var path = path();
            return path.isEmpty() || field.isEmpty() ? path + field : path + "." + field;
        }

        private String path() {
            if (outer == null || step == null) {
                return "";
            }
            var before = outer.path();
            if (outer.step() != null && outer.step().shape() == Plan.Shape.MAP) {
                return before; // its key is shown already
            }
            var text = new StringBuilder(before);
            if (!before.isEmpty()) {
                text.append('.');
            }
            text.append(step.field().getName());
            if (step.field().isRepeated()) {
                var name = name();
                text.append('[');
                text.append(name.isEmpty() ? String.valueOf(index) : "'" + name + "'");
                text.append(']');
            }
            return text.toString();
        }

        private String name() {
            if (step == null || step.shape() == Plan.Shape.VALUE || message.isEmpty()) {
                return "";
            }
            var type = step.field().getMessageType();
            var name = type.findFieldByName(step.shape() == Plan.Shape.MAP ? "key" : "name");
            try {
                return name == null ? "" : WireValues.text(message, name);
            } catch (IOException e) {
                return "";
            }
        }
    }
}
