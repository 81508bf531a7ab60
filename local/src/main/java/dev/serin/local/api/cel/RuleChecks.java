package dev.serin.local.api.cel;

import dev.serin.local.api.Refusal.Cause;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

import java.util.List;

/// What is asked of rules when their definition is written, in Kubernetes' words.
final class RuleChecks {
    private static final List<String> REASONS =
            List.of(
                    "FieldValueDuplicate",
                    "FieldValueForbidden",
                    "FieldValueInvalid",
                    "FieldValueRequired");

    private RuleChecks() {}

    /// What can be told without a compiler, at each place of a schema.
    static void form(JsonNode schema, String path, List<Cause> causes) {
        var rules = schema.path(RuleTree.RULES);
        for (var i = 0; i < rules.size(); i++) {
            form(rules.get(i), schema, path + "." + RuleTree.RULES + "[" + i + "]", causes);
        }
        for (var property : schema.path("properties").properties()) {
            form(property.getValue(), path + ".properties[" + property.getKey() + "]", causes);
        }
        for (var word : List.of("items", "additionalProperties")) {
            if (schema.path(word).isObject()) {
                form(schema.path(word), path + "." + word, causes);
            }
        }
        var all = schema.path("allOf");
        for (var i = 0; i < all.size(); i++) {
            form(all.get(i), path + ".allOf[" + i + "]", causes);
        }
        for (var word : List.of("anyOf", "oneOf", "not")) {
            if (schema.path(word).findValue(RuleTree.RULES) != null) {
                add(
                        causes,
                        "FieldValueForbidden",
                        path + "." + word,
                        "Forbidden: must have no " + RuleTree.RULES + " to be structural");
            }
        }
    }

    private static void form(JsonNode rule, JsonNode schema, String path, List<Cause> causes) {
        var text = rule.path("rule").asString("");
        var message = rule.path("message").asString("");
        if (text.isBlank()) {
            required(causes, path + ".rule", "rule is not specified");
        } else if (!message.isEmpty() && message.isBlank()) {
            invalid(
                    causes,
                    path + ".message",
                    rule.path("message"),
                    "must be non-empty if specified");
        } else if (message.strip().indexOf('\n') >= 0) {
            invalid(
                    causes,
                    path + ".message",
                    rule.path("message"),
                    "must not contain line breaks");
        } else if (text.strip().indexOf('\n') >= 0 && message.isBlank()) {
            required(
                    causes,
                    path + ".message",
                    "message must be specified if rule contains line breaks");
        }
        var expression = rule.path("messageExpression").asString("");
        if (!expression.isEmpty() && expression.isBlank()) {
            required(
                    causes,
                    path + ".messageExpression",
                    "messageExpression must be non-empty if specified");
        }
        var reason = rule.path("reason");
        if (!reason.isMissingNode() && !reason.isNull() && !REASONS.contains(reason.asString(""))) {
            add(
                    causes,
                    "FieldValueNotSupported",
                    path + ".reason",
                    "Unsupported value: "
                            + reason
                            + ": supported values: "
                            + String.join(", ", REASONS.stream().map(Judgement::quoted).toList()));
        }
        field(rule, schema, path, causes);
    }

    private static void field(JsonNode rule, JsonNode schema, String path, List<Cause> causes) {
        var field = rule.path("fieldPath").asString("");
        if (field.isEmpty()) {
            return;
        }
        if (field.isBlank()) {
            invalid(
                    causes,
                    path + ".fieldPath",
                    rule.path("fieldPath"),
                    "must be non-empty if specified");
        }
        if (field.indexOf('\n') >= 0) {
            invalid(
                    causes,
                    path + ".fieldPath",
                    rule.path("fieldPath"),
                    "must not contain line breaks");
        }
        if (FieldPaths.normal(field, schema).isEmpty()) {
            invalid(causes, path + ".fieldPath", rule.path("fieldPath"), "must be a valid path");
        }
    }

    /// What the compiler says.
    ///
    /// @param loose the place above which values cannot be told apart from those before, empty for
    ///   none
    static void compiled(RuleTree tree, String path, String loose, List<Cause> causes) {
        // The innermost first.
        tree.properties.forEach((name, inner) ->
                compiled(inner, path + ".properties[" + name + "]", loose, causes));
        if (tree.values != null) {
            compiled(tree.values, path + ".additionalProperties", loose, causes);
        }
        if (tree.items != null) {
            var byKeys = tree.schema.path("x-kubernetes-list-type").asString("").equals("map");
            compiled(
                    tree.items, path + ".items", byKeys || !loose.isEmpty() ? loose : path, causes);
        }
        for (var i = 0; i < tree.all.size(); i++) {
            compiled(tree.all.get(i), path + ".allOf[" + i + "]", loose, causes);
        }
        for (var i = 0; i < tree.rules.size(); i++) {
            var rule = tree.rules.get(i);
            var place = path + "." + RuleTree.RULES + "[" + i + "]";
            if (!rule.wrong().isEmpty()) {
                add(
                        causes,
                        "FieldValueInvalid",
                        place + ".rule",
                        "Invalid value: " + shown(rule.written()) + ": " + rule.wrong());
            }
            if (!rule.wrongMessage().isEmpty()) {
                add(
                        causes,
                        "FieldValueInvalid",
                        place + ".messageExpression",
                        "Invalid value: " + shown(rule.written()) + ": " + rule.wrongMessage());
            }
            if (rule.usesOld() && !loose.isEmpty()) {
                invalid(
                        causes,
                        place + ".rule",
                        rule.written().path("rule"),
                        "oldSelf cannot be used on the uncorrelatable portion of the schema within "
                                + loose);
            } else if (!rule.usesOld() && rule.written().path("optionalOldSelf").isBoolean()) {
                invalid(
                        causes,
                        place + ".optionalOldSelf",
                        rule.written().path("optionalOldSelf"),
                        "may not be set if oldSelf is not used in rule");
            }
        }
    }

    /// A rule as Kubernetes' own program writes it down.
    private static String shown(JsonNode rule) {
        var out = JsonNodeFactory.instance.objectNode();
        out.put("Rule", rule.path("rule").asString(""));
        out.put("Message", rule.path("message").asString(""));
        out.put("MessageExpression", rule.path("messageExpression").asString(""));
        out.set("Reason", rule.get("reason"));
        out.put("FieldPath", rule.path("fieldPath").asString(""));
        out.set("OptionalOldSelf", rule.get("optionalOldSelf"));
        return out.toString()
                .replace("<", "\\u003c")
                .replace(">", "\\u003e")
                .replace("&", "\\u0026");
    }

    private static void required(List<Cause> causes, String path, String why) {
        add(causes, "FieldValueRequired", path, "Required value: " + why);
    }

    private static void invalid(List<Cause> causes, String path, JsonNode found, String why) {
        add(causes, "FieldValueInvalid", path, "Invalid value: " + found + ": " + why);
    }

    private static void add(List<Cause> causes, String reason, String path, String message) {
        causes.add(new Cause(reason, message, path));
    }
}
