package dev.serin.proxy.expression;

import dev.serin.proxy.extension.ConfigProblem;

import org.jspecify.annotations.Nullable;

/// A compiled expression. Immutable.
@FunctionalInterface
public interface Expression {
    /// The value: a String, Long, Double, Boolean, List or [Node]; null for an attribute that is
    /// not there, and for whatever is made of one.
    @Nullable Object value(Node attributes);

    /// Something with attributes of its own.
    @FunctionalInterface
    interface Node {
        @Nullable Object get(String name);
    }

    /// As a label or a header shows it; null if there is no value.
    default @Nullable String text(Node attributes) {
        var value = value(attributes);
        return value == null || value instanceof Node ? null : String.valueOf(value);
    }

    /// Whether it is true of these attributes.
    default boolean holds(Node attributes) {
        return Boolean.TRUE.equals(value(attributes));
    }

    /// @throws ConfigProblem if it is not of the part of CEL that is known here
    static Expression compile(String text) throws ConfigProblem {
        return new ExpressionParser(text).parse();
    }
}
