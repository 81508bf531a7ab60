package dev.serin.local.api.cel;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelValidationException;
import dev.cel.common.types.CelType;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompiler;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;

import java.util.Map;

/// One rule of `x-kubernetes-validations`, compiled. Immutable, any thread.
///
/// @param written as in the definition
/// @param program null where `wrong` says why
/// @param message makes the text of the violation; null without one
/// @param wrong what the compiler has against the rule, empty for nothing
/// @param wrongMessage what it has against the messageExpression
/// @param usesOld whether it compares with the value before
record Rule(
        JsonNode written,
        CelRuntime.@Nullable Program program,
        CelRuntime.@Nullable Program message,
        String wrong,
        String wrongMessage,
        boolean usesOld) {
    private static final int LONGEST_MESSAGE = 5 * 1024;

    /// What evaluating comes to: an outcome of the rule, or a failure.
    sealed interface Outcome {}

    record Holds() implements Outcome {}

    record Broken() implements Outcome {}

    /// @param last whether nothing else is to be evaluated for this resource
    record Failed(String message, boolean last) implements Outcome {}

    static Rule of(JsonNode written, CelCompiler compiler) {
        var text = written.path("rule").asString("");
        CelAbstractSyntaxTree tree;
        try {
            tree = Environment.compile(compiler, text);
        } catch (CelValidationException e) {
            return wrong(written, "compilation failed: " + Environment.words(e));
        }
        if (!tree.getResultType().equals(SimpleType.BOOL)) {
            return wrong(written, "cel expression must evaluate to a bool");
        }
        var usesOld =
                tree.getReferenceMap().values().stream().anyMatch(r -> r.name().equals("oldSelf"));
        try {
            var program = Environment.program(tree);
            var expression = written.path("messageExpression").asString("");
            if (expression.isEmpty()) {
                return new Rule(written, program, null, "", "", usesOld);
            }
            try {
                var message = Environment.compile(compiler, expression);
                return message.getResultType().equals(SimpleType.STRING)
                        ? new Rule(written, program, Environment.program(message), "", "", usesOld)
                        : new Rule(
                                written,
                                program,
                                null,
                                "",
                                "messageExpression must evaluate to a string",
                                usesOld);
            } catch (CelValidationException e) {
                return new Rule(
                        written,
                        program,
                        null,
                        "",
                        "messageExpression compilation failed: " + Environment.words(e),
                        usesOld);
            }
        } catch (CelEvaluationException e) {
            return wrong(written, "program instantiation failed: " + e.getMessage());
        }
    }

    static Rule wrong(JsonNode written, String why) {
        return new Rule(written, null, null, why, "", false);
    }

    static CelType optional(CelType type) {
        return dev.cel.common.types.OptionalType.create(type);
    }

    boolean takesNoOld() {
        return written.path("optionalOldSelf").asBoolean(false);
    }

    /// Its message, or else its text.
    String title() {
        var message = written.path("message").asString("");
        return (message.isEmpty() ? written.path("rule").asString("") : message).strip();
    }

    Outcome evaluate(Map<String, Object> values) {
        if (program == null) {
            return new Failed("rule compile error: " + wrong, false);
        }
        try {
            return Boolean.TRUE.equals(program.eval(values)) ? new Holds() : new Broken();
        } catch (CelEvaluationException e) {
            return failed(e);
        }
    }

    private Failed failed(CelEvaluationException e) {
        var why = words(e);
        return switch (e.getErrorCode()) {
            case OVERLOAD_NOT_FOUND ->
                    new Failed(
                            "'no such overload': call arguments did not match a supported operator,"
                                    + " function or macro signature for rule: "
                                    + title(),
                            false);
            case ITERATION_BUDGET_EXCEEDED ->
                    new Failed(
                            "'operation cancelled: actual cost limit exceeded': no further"
                                    + " validation rules will be run due to call cost exceeds"
                                    + " limit for rule: "
                                    + title(),
                            true);
            default -> new Failed(why + " evaluating rule: " + title(), false);
        };
    }

    private static String words(CelEvaluationException e) {
        var deepest = (Throwable) e;
        while (deepest.getCause() != null) {
            deepest = deepest.getCause();
        }
        var said = String.valueOf(deepest.getMessage());
        return switch (e.getErrorCode()) {
            // The name alone, or in a sentence.
            case ATTRIBUTE_NOT_FOUND ->
                    "no such key: " + said.replaceAll("^[^']*'([^']*)'.*$", "$1");
            case INDEX_OUT_OF_BOUNDS -> said.replace("Index", "index");
            case DIVIDE_BY_ZERO -> "division by zero";
            case NUMERIC_OVERFLOW -> "integer overflow";
            default -> said;
        };
    }

    /// What is said of a value that breaks it.
    String detail(Map<String, Object> values) {
        if (message != null) {
            try {
                if (message.eval(values) instanceof String text
                        && !text.isBlank()
                        && text.strip().indexOf('\n') < 0
                        && text.strip().length() <= LONGEST_MESSAGE) {
                    return text.strip();
                }
            } catch (CelEvaluationException _) {
                // As on a cluster, the message that is written steps in.
            }
        }
        return written.path("message").asString("").isEmpty() ? "failed rule: " + title() : title();
    }
}
