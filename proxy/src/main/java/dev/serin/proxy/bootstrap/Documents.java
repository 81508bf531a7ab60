package dev.serin.proxy.bootstrap;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.ListValue;
import com.google.protobuf.Message;
import com.google.protobuf.NullValue;
import com.google.protobuf.Struct;
import com.google.protobuf.TextFormat;
import com.google.protobuf.Value;
import com.google.protobuf.util.JsonFormat;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;
import dev.serin.proxy.fields.KnownTypes;

import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

import java.util.Map;

/// Reads YAML or JSON, which is YAML too, into protobuf messages.
public final class Documents {
    private Documents() {}

    /// @param subject what it is, for the error
    /// @throws ProblemException if it is not YAML or does not fit
    public static <B extends Message.Builder> B read(String subject, String text, B into) {
        var tree = tree(subject, text);
        if (!(tree instanceof Map<?, ?> map)) {
            throw new ProblemException(
                    new Problem(
                            subject,
                            tree == null ? "nothing is in it" : "it is no object",
                            into.getDescriptorForType().getFullName() + " in YAML or JSON",
                            null));
        }
        try {
            var json =
                    JsonFormat.printer()
                            .print(
                                    value(
                                            new Spelling(subject)
                                                    .of(map, into.getDescriptorForType())));
            JsonFormat.parser().usingTypeRegistry(KnownTypes.registryFor(json)).merge(json, into);
            return into;
        } catch (InvalidProtocolBufferException e) {
            var expected = into.getDescriptorForType().getFullName();
            throw new ProblemException(
                    Misfit.of(subject, tree, String.valueOf(e.getMessage()), expected), e);
        }
    }

    /// Reads protobuf's text form.
    ///
    /// @throws ProblemException if it does not fit
    static <B extends Message.Builder> B readText(String subject, String text, B into) {
        try {
            TextFormat.Parser.newBuilder()
                    .setTypeRegistry(KnownTypes.ofText())
                    .build()
                    .merge(text, into);
            return into;
        } catch (TextFormat.ParseException e) {
            throw new ProblemException(
                    new Problem(
                            subject,
                            String.valueOf(e.getMessage()),
                            into.getDescriptorForType().getFullName() + " in protobuf's text form",
                            null),
                    e);
        }
    }

    /// Numbers become doubles, which holds every number of a configuration exactly.
    private static Value value(@Nullable Object tree) {
        var value = Value.newBuilder();
        return switch (tree) {
            case null -> value.setNullValue(NullValue.NULL_VALUE).build();
            case Boolean bool -> value.setBoolValue(bool).build();
            case Number number -> value.setNumberValue(number.doubleValue()).build();
            case Map<?, ?> map -> {
                var struct = Struct.newBuilder();
                map.forEach((key, one) -> struct.putFields(String.valueOf(key), value(one)));
                yield value.setStructValue(struct).build();
            }
            case Iterable<?> list -> {
                var values = ListValue.newBuilder();
                list.forEach(one -> values.addValues(value(one)));
                yield value.setListValue(values).build();
            }
            default -> value.setStringValue(tree.toString()).build();
        };
    }

    /// An object of any shape, without a look at the messages that are known.
    static Struct struct(String subject, String text) {
        var tree = tree(subject, text);
        if (tree == null) {
            return Struct.getDefaultInstance();
        }
        if (!(tree instanceof Map<?, ?>)) {
            throw new ProblemException(
                    new Problem(subject, "'" + text + "'", "an object in YAML or JSON", null));
        }
        return value(tree).getStructValue();
    }

    private static @Nullable Object tree(String subject, String text) {
        try {
            return new Load(LoadSettings.builder().setLabel(subject).build()).loadFromString(text);
        } catch (YamlEngineException e) {
            throw new ProblemException(
                    new Problem(subject, String.valueOf(e.getMessage()), "YAML or JSON", null), e);
        }
    }
}
