package dev.serin.proxy.fields;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.Duration;
import com.google.protobuf.Message;
import com.google.protobuf.WireFormat;
import com.google.protobuf.util.Durations;
import com.google.re2j.Pattern;

import io.envoyproxy.pgv.validate.Validate;
import io.envoyproxy.pgv.validate.Validate.FieldRules;
import io.envoyproxy.pgv.validate.Validate.KnownRegex;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.function.DoublePredicate;

/// What Envoy demands of one field's values, as the options of the field in its descriptor say it:
/// who sets another value is refused by Envoy, and so here. Made once a field. Any thread.
final class Rule {
    /// Fields whose rule Envoy 1.40 has no more.
    private static final Set<String> FREE =
            Set.of(
                    "envoy.config.core.v3.RuntimeDouble.runtime_key",
                    "envoy.config.core.v3.RuntimeUInt32.runtime_key",
                    "envoy.type.v3.TokenBucket.max_tokens");

    private final FieldDescriptor field;
    private final FieldRules rules;
    private final boolean required;

    /// Of each value; null where there is none.
    private final @Nullable Message each;

    private final @Nullable Pattern pattern;

    private Rule(FieldDescriptor field, FieldRules rules, FieldRules ofEach) {
        this.field = field;
        this.rules = rules;
        this.each = part(ofEach);
        this.required =
                rules.getMessage().getRequired()
                        || rules.getDuration().getRequired()
                        || rules.getTimestamp().getRequired()
                        || rules.getAny().getRequired();
        var text = ofEach.getString().getPattern();
        this.pattern = text.isEmpty() ? null : Pattern.compile(text);
    }

    /// Null where anything goes.
    static @Nullable Rule of(FieldDescriptor field) {
        if (!field.getOptions().hasExtension(Validate.rules) && !isTime(field)
                || FREE.contains(field.getFullName())) {
            return null;
        }
        var rules = field.getOptions().getExtension(Validate.rules);
        return new Rule(field, rules, rules.hasRepeated() ? rules.getRepeated().getItems() : rules);
    }

    private static @Nullable Message part(FieldRules rules) {
        return switch (rules.getTypeCase()) {
            case TYPE_NOT_SET, REPEATED, MAP, ANY, TIMESTAMP -> null;
            default ->
                    (Message)
                            rules.getField(
                                    FieldRules.getDescriptor()
                                            .findFieldByNumber(rules.getTypeCase().getNumber()));
        };
    }

    private static boolean isTime(FieldDescriptor field) {
        return field.getJavaType() == JavaType.MESSAGE
                && field.getMessageType().getFullName().equals("google.protobuf.Duration");
    }

    /// How many values one occurrence on the wire has: several if they are packed.
    int count(ByteString octets, int tag) throws IOException {
        if (!field.isPackable()
                || WireFormat.getTagWireType(tag) != WireFormat.WIRETYPE_LENGTH_DELIMITED) {
            return 1;
        }
        var in = octets.newCodedInput();
        in.pushLimit(in.readRawVarint32());
        var count = 0;
        for (; !in.isAtEnd(); count++) {
            scalar(in, field);
        }
        return count;
    }

    /// What is wrong with a field that is set so often; null if that may be.
    @Nullable String times(int times) {
        if (field.isMapField()) {
            return between(times, rules.getMap().getMinPairs(), rules.getMap().getMaxPairs());
        }
        if (field.isRepeated()) {
            var repeated = rules.getRepeated();
            return times == 0 && repeated.getIgnoreEmpty()
                    ? null
                    : between(times, repeated.getMinItems(), repeated.getMaxItems());
        }
        if (times > 0 || field.getRealContainingOneof() != null) {
            return null;
        }
        if (required) {
            return "is not set, but it must be";
        }
        return field.hasPresence() || field.getJavaType() == JavaType.MESSAGE || each == null
                ? null
                : wrong(field.getDefaultValue(), each);
    }

    private static @Nullable String between(int times, long least, long most) {
        if (times < least) {
            return times == 0
                    ? "is empty, but it must have at least " + least
                    : "has " + times + ", but it must have at least " + least;
        }
        return most > 0 && times > most
                ? "has " + times + ", but it must have at most " + most
                : null;
    }

    /// What is wrong with one occurrence on the wire, the tag before it left out; null if nothing
    /// is.
    @Nullable String value(ByteString octets, int tag) throws IOException {
        var each = this.each;
        if (each == null && !isTime(field)) {
            return null;
        }
        var in = octets.newCodedInput();
        if (field.isPackable()
                && WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED) {
            in.pushLimit(in.readRawVarint32());
            while (!in.isAtEnd()) {
                var wrong = each == null ? null : wrong(scalar(in, field), each);
                if (wrong != null) {
                    return wrong;
                }
            }
            return null;
        }
        if (field.getJavaType() != JavaType.MESSAGE) {
            return each == null ? null : wrong(scalar(in, field), each);
        }
        var message = in.readBytes();
        if (isTime(field)) {
            var time = Duration.parseFrom(message);
            if (time.getSeconds() < 0 || time.getNanos() < 0) {
                return "is " + Durations.toString(time) + ", but it must not be below 0";
            }
            return each == null ? null : wrong(time, each);
        }
        var inner = field.getMessageType().findFieldByName("value");
        if (inner == null || each == null) {
            return null;
        }
        var value = message.newCodedInput();
        return wrong(value.readTag() == 0 ? inner.getDefaultValue() : scalar(value, inner), each);
    }

    private static Object scalar(CodedInputStream in, FieldDescriptor field) throws IOException {
        return switch (field.getType()) {
            case ENUM -> in.readEnum();
            case BOOL -> in.readBool();
            case INT32, INT64 -> in.readInt64();
            case UINT32 -> Integer.toUnsignedLong(in.readUInt32());
            case UINT64 -> in.readUInt64();
            case SINT32 -> in.readSInt32();
            case SINT64 -> in.readSInt64();
            case FIXED32 -> Integer.toUnsignedLong(in.readFixed32());
            case FIXED64 -> in.readFixed64();
            case SFIXED32 -> in.readSFixed32();
            case SFIXED64 -> in.readSFixed64();
            case FLOAT -> in.readFloat();
            case DOUBLE -> in.readDouble();
            case STRING -> in.readStringRequireUtf8();
            case BYTES -> in.readBytes();
            case MESSAGE, GROUP -> throw new IOException(field.getFullName());
        };
    }

    private @Nullable String wrong(Object value, Message demanded) {
        return switch (value) {
            case String text -> text(text, (Validate.StringRules) demanded);
            case ByteString bytes -> length(bytes.size(), demanded, "len", "octets");
            case EnumValueDescriptor word -> word(word.getNumber(), demanded);
            case Integer number when field.getJavaType() == JavaType.ENUM -> word(number, demanded);
            case Duration time ->
                    number(
                            time.getSeconds() + time.getNanos() / 1e9,
                            shown(time.getSeconds() + time.getNanos() / 1e9) + " s",
                            demanded);
            case Number number -> number(number.doubleValue(), shown(number), demanded);
            case Boolean bool ->
                    has(demanded, "const") && !bool.equals(get(demanded, "const"))
                            ? "is " + bool + ", but it must be " + get(demanded, "const")
                            : null;
            default -> null;
        };
    }

    private @Nullable String word(int number, Message demanded) {
        var known = field.getEnumType().findValueByNumber(number);
        if (known == null && (boolean) get(demanded, "defined_only")) {
            return "is " + number + ", which is none of its words";
        }
        var name = known == null ? String.valueOf(number) : known.getName();
        if (list(demanded, "not_in").contains(number)) {
            return "is " + name + ", which it must not be";
        }
        var only = list(demanded, "in");
        return only.isEmpty() || only.contains(number)
                ? null
                : "is " + name + ", as it must not be";
    }

    private static @Nullable String number(double value, String shown, Message demanded) {
        if (value == 0 && ignoresEmpty(demanded)) {
            return null;
        }
        var wrong = new StringBuilder();
        bound(wrong, demanded, "gt", "more than", limit -> value > limit);
        bound(wrong, demanded, "gte", "at least", limit -> value >= limit);
        bound(wrong, demanded, "lt", "less than", limit -> value < limit);
        bound(wrong, demanded, "lte", "at most", limit -> value <= limit);
        if (!wrong.isEmpty()) {
            return "is " + shown + ", but it must be " + wrong;
        }
        var only = list(demanded, "in").stream().map(Rule::of).toList();
        if (!only.isEmpty() && !only.contains(value)) {
            return "is " + shown + ", but it must be one of " + list(demanded, "in");
        }
        return list(demanded, "not_in").stream().map(Rule::of).anyMatch(n -> n == value)
                ? "is " + shown + ", which it must not be"
                : null;
    }

    private static void bound(
            StringBuilder wrong,
            Message demanded,
            String name,
            String words,
            DoublePredicate within) {
        if (has(demanded, name) && !within.test(of(get(demanded, name)))) {
            wrong.append(wrong.isEmpty() ? "" : " and ").append(words).append(' ');
            wrong.append(shown(of(get(demanded, name))));
        }
    }

    private static double of(Object number) {
        return number instanceof Duration time
                ? time.getSeconds() + time.getNanos() / 1e9
                : ((Number) number).doubleValue();
    }

    private static String shown(Number number) {
        var value = number.doubleValue();
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? String.valueOf((long) value)
                : String.valueOf(value);
    }

    private @Nullable String text(String text, Validate.StringRules demanded) {
        if (text.isEmpty() && demanded.getIgnoreEmpty()) {
            return null;
        }
        var length = length(text.codePointCount(0, text.length()), demanded, "len", "characters");
        if (length == null) {
            length = length(ByteString.copyFromUtf8(text).size(), demanded, "bytes", "octets");
        }
        if (length != null) {
            return length;
        }
        if (demanded.hasConst() && !text.equals(demanded.getConst())
                || demanded.getInCount() > 0 && !demanded.getInList().contains(text)
                || demanded.getNotInList().contains(text)
                || !text.startsWith(demanded.getPrefix())
                || !text.endsWith(demanded.getSuffix())
                || !text.contains(demanded.getContains())) {
            return "is '" + text + "', which it must not be";
        }
        if (pattern != null && !pattern.matcher(text).find()) {
            return "is '" + text + "', which does not match " + pattern;
        }
        return known(text, demanded.getWellKnownRegex(), demanded.getStrict())
                ? null
                : "has characters that are not allowed there";
    }

    private static boolean known(String text, KnownRegex form, boolean strict) {
        return switch (form) {
            case HTTP_HEADER_NAME ->
                    strict
                            ? text.matches(":?[0-9a-zA-Z!#$%&'*+\\-.^_|~`]+")
                            : text.matches("[^\\x00\\n\\r]*");
            case HTTP_HEADER_VALUE ->
                    text.chars()
                            .noneMatch(c ->
                                    strict
                                            ? c < ' ' && c != '\t' || c == 0x7f
                                            : c == 0 || c == '\n' || c == '\r');
            case UNKNOWN -> true;
        };
    }

    private static @Nullable String length(int size, Message demanded, String of, String unit) {
        if (size == 0 && ignoresEmpty(demanded)) {
            return null;
        }
        if (has(demanded, "min_" + of) && size < (long) get(demanded, "min_" + of)) {
            return size == 0
                    ? "is empty, but it must not be"
                    : "has "
                            + size
                            + " "
                            + unit
                            + ", but it must have at least "
                            + get(demanded, "min_" + of);
        }
        return has(demanded, "max_" + of) && size > (long) get(demanded, "max_" + of)
                ? "has "
                        + size
                        + " "
                        + unit
                        + ", but it must have at most "
                        + get(demanded, "max_" + of)
                : null;
    }

    private static boolean ignoresEmpty(Message demanded) {
        return has(demanded, "ignore_empty") && (boolean) get(demanded, "ignore_empty");
    }

    private static boolean has(Message message, String name) {
        var found = message.getDescriptorForType().findFieldByName(name);
        return found != null && message.hasField(found);
    }

    private static Object get(Message message, String name) {
        return message.getField(message.getDescriptorForType().findFieldByName(name));
    }

    private static List<?> list(Message message, String name) {
        var found = message.getDescriptorForType().findFieldByName(name);
        return found == null ? List.of() : (List<?>) message.getField(found);
    }
}
