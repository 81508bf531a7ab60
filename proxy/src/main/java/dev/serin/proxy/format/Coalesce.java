package dev.serin.proxy.format;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.protobuf.util.JsonFormat;

import dev.serin.proxy.extension.ConfigProblem;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// `%COALESCE({"operators": [...]})%`: the first of several operators that has a value.
final class Coalesce {
    private Coalesce() {}

    static Operator of(String json) throws ConfigProblem {
        var struct = Struct.newBuilder();
        try {
            JsonFormat.parser().merge(json, struct);
        } catch (InvalidProtocolBufferException e) {
            throw new ConfigProblem("log_format", "%COALESCE% needs JSON: " + e.getMessage());
        }
        var members =
                struct.getFieldsOrDefault("operators", Value.getDefaultInstance())
                        .getListValue()
                        .getValuesList();
        if (members.isEmpty()) {
            throw new ConfigProblem("log_format", "%COALESCE% needs operators");
        }
        var operators = new ArrayList<Operator>();
        for (var member : members) {
            operators.add(member(member));
        }
        return first(List.copyOf(operators));
    }

    /// A name, or `command`, `param` and `max_length`.
    private static Operator member(Value member) throws ConfigProblem {
        if (member.hasStringValue()) {
            return Operators.named(member.getStringValue(), null);
        }
        var fields = member.getStructValue();
        var command = fields.getFieldsOrDefault("command", Value.getDefaultInstance());
        var parameter = fields.getFieldsMap().get("param");
        var most = fields.getFieldsMap().get("max_length");
        var operator =
                Operators.named(
                        command.getStringValue(),
                        parameter == null ? null : parameter.getStringValue());
        return most == null ? operator : LineFormat.cut(operator, (int) most.getNumberValue());
    }

    private static Operator first(List<Operator> operators) {
        return e -> {
            for (var operator : operators) {
                var value = operator.value(e);
                if (value != null && !value.equals("") && !value.equals("-")) {
                    return value;
                }
            }
            return none();
        };
    }

    private static @Nullable Object none() {
        return null;
    }
}
