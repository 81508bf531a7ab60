package dev.serin.proxy.expression;

import dev.serin.proxy.expression.Expression.Node;
import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.route.Regex;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// Reads an expression by recursive descent, from the loosest operator to the tightest.
final class ExpressionParser {
    private static final Set<String> KEYWORDS = Set.of("true", "false", "null", "in");

    private final String text;
    private int at;

    ExpressionParser(String text) {
        this.text = text;
    }

    Expression parse() throws ConfigProblem {
        var whole = choice();
        space();
        if (at < text.length()) {
            throw wrong("what follows '" + text.substring(0, at) + "' is not understood");
        }
        return whole;
    }

    private Expression choice() throws ConfigProblem {
        var condition = either();
        if (!taken("?")) {
            return condition;
        }
        var then = choice();
        need(":");
        var otherwise = choice();
        return a ->
                switch (condition.value(a)) {
                    case Boolean held -> held ? then.value(a) : otherwise.value(a);
                    case null, default -> null;
                };
    }

    private Expression either() throws ConfigProblem {
        var left = both();
        while (taken("||")) {
            var first = left;
            var second = both();
            left = a -> first.holds(a) || second.holds(a);
        }
        return left;
    }

    private Expression both() throws ConfigProblem {
        var left = relation();
        while (taken("&&")) {
            var first = left;
            var second = relation();
            left = a -> first.holds(a) && second.holds(a);
        }
        return left;
    }

    private Expression relation() throws ConfigProblem {
        var left = sum();
        for (var operator : List.of("==", "!=", "<=", ">=", "<", ">")) {
            if (taken(operator)) {
                var right = sum();
                return a -> Values.compare(operator, left.value(a), right.value(a));
            }
        }
        space();
        if (word("in")) {
            var right = sum();
            return a -> Values.in(left.value(a), right.value(a));
        }
        return left;
    }

    private Expression sum() throws ConfigProblem {
        var left = unary();
        while (taken("+")) {
            var first = left;
            var second = unary();
            left = a -> Values.add(first.value(a), second.value(a));
        }
        return left;
    }

    private Expression unary() throws ConfigProblem {
        space();
        if (at < text.length() && text.charAt(at) == '!' && !text.startsWith("!=", at)) {
            at++;
            var of = unary();
            return a -> of.value(a) instanceof Boolean held ? !held : null;
        }
        return member();
    }

    private Expression member() throws ConfigProblem {
        var of = primary();
        while (true) {
            if (taken(".")) {
                var name = identifier();
                of = taken("(") ? method(of, name) : attribute(of, name);
            } else if (taken("[")) {
                var base = of;
                var key = choice();
                need("]");
                of = a -> Values.index(base.value(a), key.value(a));
            } else {
                return of;
            }
        }
    }

    private static Expression attribute(Expression of, String name) {
        return a -> of.value(a) instanceof Node node ? node.get(name) : null;
    }

    private Expression method(Expression of, String name) throws ConfigProblem {
        var arguments = arguments(")");
        if (arguments.isEmpty() && name.equals("size")) {
            return a -> Values.size(of.value(a));
        }
        if (arguments.size() != 1) {
            throw wrong(name + "() with " + arguments.size() + " arguments is not known");
        }
        var argument = arguments.getFirst();
        if (name.equals("matches")) {
            return matches(of, argument);
        }
        if (!Values.METHODS.contains(name)) {
            throw wrong("the function " + name + " is not known");
        }
        return a -> Values.call(name, of.value(a), argument.value(a));
    }

    private Expression matches(Expression of, Expression argument) throws ConfigProblem {
        if (!(argument.value(_ -> null) instanceof String regex)) {
            throw wrong("matches() needs a text");
        }
        var pattern = Regex.compile(regex);
        return a -> of.value(a) instanceof String value ? pattern.matcher(value).find() : null;
    }

    private Expression primary() throws ConfigProblem {
        space();
        if (at >= text.length()) {
            throw wrong("it ends too early");
        }
        var c = text.charAt(at);
        if (c == '(') {
            at++;
            var inner = choice();
            need(")");
            return inner;
        }
        if (c == '[') {
            at++;
            var parts = arguments("]");
            return a -> {
                var list = new ArrayList<@Nullable Object>();
                parts.forEach(p -> list.add(p.value(a)));
                return list;
            };
        }
        if (c == '"' || c == '\'') {
            var literal = quoted(c);
            return _ -> literal;
        }
        if (Character.isDigit(c) || c == '-') {
            var number = number();
            return _ -> number;
        }
        return named(identifier());
    }

    private Expression named(String name) throws ConfigProblem {
        switch (name) {
            case "true" -> {
                return _ -> true;
            }
            case "false" -> {
                return _ -> false;
            }
            case "null" -> {
                return _ -> null;
            }
            default -> {}
        }
        if (taken("(")) {
            var arguments = arguments(")");
            if (arguments.size() != 1) {
                throw wrong(name + "() with " + arguments.size() + " arguments is not known");
            }
            var of = arguments.getFirst();
            return switch (name) {
                case "has" -> a -> of.value(a) != null;
                case "size" -> a -> Values.size(of.value(a));
                case "string" -> a -> of.text(a);
                case "int" -> a -> Values.number(of.value(a));
                default -> throw wrong("the function " + name + " is not known");
            };
        }
        if (!Attributes.ROOTS.contains(name)) {
            throw wrong("the attribute '" + name + "' is not known");
        }
        return a -> a.get(name);
    }

    private List<Expression> arguments(String end) throws ConfigProblem {
        var arguments = new ArrayList<Expression>();
        if (taken(end)) {
            return arguments;
        }
        do {
            arguments.add(choice());
        } while (taken(","));
        need(end);
        return arguments;
    }

    // ---- characters

    private String identifier() throws ConfigProblem {
        space();
        var start = at;
        while (at < text.length()
                && (Character.isLetterOrDigit(text.charAt(at)) || text.charAt(at) == '_')) {
            at++;
        }
        if (start == at) {
            throw wrong("at '" + text.substring(at) + "' a name is expected");
        }
        return text.substring(start, at);
    }

    private String quoted(char quote) throws ConfigProblem {
        var literal = new StringBuilder();
        for (at++; at < text.length(); at++) {
            var c = text.charAt(at);
            if (c == quote) {
                at++;
                return literal.toString();
            }
            if (c == '\\' && at + 1 < text.length()) {
                c = text.charAt(++at);
                c = c == 'n' ? '\n' : c == 't' ? '\t' : c;
            }
            literal.append(c);
        }
        throw wrong("a text has no end");
    }

    private Object number() throws ConfigProblem {
        var start = at++;
        while (at < text.length()
                && (Character.isDigit(text.charAt(at)) || text.charAt(at) == '.')) {
            at++;
        }
        var number = text.substring(start, at);
        if (at < text.length() && text.charAt(at) == 'u') {
            at++;
        }
        try {
            return number.indexOf('.') < 0
                    ? (Object) Long.parseLong(number)
                    : (Object) Double.parseDouble(number);
        } catch (NumberFormatException e) {
            throw wrong("'" + number + "' is no number");
        }
    }

    private boolean word(String word) {
        var end = at + word.length();
        if (KEYWORDS.contains(word)
                && text.startsWith(word, at)
                && (end == text.length() || !Character.isLetterOrDigit(text.charAt(end)))) {
            at = end;
            return true;
        }
        return false;
    }

    private void space() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
    }

    private boolean taken(String symbol) {
        space();
        if (text.startsWith(symbol, at)) {
            at += symbol.length();
            return true;
        }
        return false;
    }

    private void need(String symbol) throws ConfigProblem {
        if (!taken(symbol)) {
            throw wrong("at '" + text.substring(at) + "' a " + symbol + " is expected");
        }
    }

    private ConfigProblem wrong(String reason) {
        return new ConfigProblem("expression '" + text + "'", reason);
    }
}
