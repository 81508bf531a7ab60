package dev.serin.local.api.cel;

import dev.cel.common.types.CelType;
import dev.serin.local.api.Refusal.Cause;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// All rules of a schema, compiled, at the places that they speak of. Immutable, any thread.
public final class RuleTree {
    static final String RULES = "x-kubernetes-validations";

    /// Compiling takes long and schemas are few; the one not used for longest goes.
    private static final Map<JsonNode, RuleTree> KNOWN =
            new LinkedHashMap<>(64, 0.75f, true) {
                @Override
                protected boolean removeEldestEntry(Map.Entry<JsonNode, RuleTree> eldest) {
                    return size() > 200;
                }
            };

    final JsonNode schema;
    final boolean resource;
    final @Nullable Shape shape;
    final List<Rule> rules;
    final Map<String, RuleTree> properties;
    final @Nullable RuleTree items;
    final @Nullable RuleTree values;
    final List<RuleTree> all;

    private RuleTree(
            JsonNode written, JsonNode schema, boolean resource, Map<String, CelType> types) {
        this.schema = schema;
        this.resource = resource;
        this.shape =
                written.path(RULES).isEmpty()
                        ? null
                        : Shape.of(schema, resource, "self" + types.size(), types);
        this.rules = rules(written.path(RULES), types);
        this.properties = new LinkedHashMap<>();
        for (var property : written.path("properties").properties()) {
            var inner =
                    child(
                            property.getValue(),
                            schema.path("properties").path(property.getKey()),
                            types);
            if (inner != null) {
                properties.put(property.getKey(), inner);
            }
        }
        this.items = child(written.path("items"), schema.path("items"), types);
        this.values =
                child(
                        written.path("additionalProperties"),
                        schema.path("additionalProperties"),
                        types);
        this.all = new ArrayList<>();
        for (var one : written.path("allOf")) {
            var inner = new RuleTree(one, schema, resource, types);
            if (!inner.isEmpty()) {
                all.add(inner);
            }
        }
    }

    private static @Nullable RuleTree child(
            JsonNode written, JsonNode schema, Map<String, CelType> types) {
        if (!written.isObject() || !schema.isObject()) {
            return null;
        }
        var embedded = schema.path("x-kubernetes-embedded-resource").asBoolean(false);
        var tree = new RuleTree(written, schema, embedded, types);
        return tree.isEmpty() ? null : tree;
    }

    private boolean isEmpty() {
        return rules.isEmpty()
                && properties.isEmpty()
                && items == null
                && values == null
                && all.isEmpty();
    }

    private List<Rule> rules(JsonNode written, Map<String, CelType> types) {
        var compiled = new ArrayList<Rule>();
        if (shape == null) {
            written.forEach(rule ->
                    compiled.add(
                            Rule.wrong(
                                    rule,
                                    "failed to convert to declType for CEL validation"
                                            + " rules")));
            return compiled;
        }
        var self = shape.type();
        var plain = Environment.compiler(self, self, types);
        var optional = Environment.compiler(self, Rule.optional(self), types);
        for (var rule : written) {
            compiled.add(
                    Rule.of(
                            rule,
                            rule.path("optionalOldSelf").asBoolean(false) ? optional : plain));
        }
        return compiled;
    }

    /// The rules of the schema of a kind. The first call for a schema compiles them.
    ///
    /// @param schema not to be changed
    public static RuleTree of(JsonNode schema) {
        synchronized (KNOWN) {
            var known = KNOWN.get(schema);
            if (known == null) {
                known = new RuleTree(schema, schema, true, new HashMap<>());
                KNOWN.put(schema, known);
            }
            return known;
        }
    }

    /// What the rules have against a body that the schema has nothing against.
    ///
    /// @param old what was there before, null for nothing
    public void check(JsonNode body, @Nullable JsonNode old, List<Cause> causes) {
        new Judgement(causes).look(this, body, old, false, "");
    }

    /// What is wrong with the rules themselves, in Kubernetes' words.
    ///
    /// @param path of the schema in its definition
    public static void examine(JsonNode schema, String path, List<Cause> causes) {
        var before = causes.size();
        RuleChecks.form(schema, path, causes);
        if (causes.size() == before && hasRules(schema)) {
            RuleChecks.compiled(of(schema), path, "", causes);
        }
    }

    private static boolean hasRules(JsonNode schema) {
        return schema.findValue(RULES) != null;
    }

    static JsonNode orEmpty(@Nullable JsonNode node) {
        return node == null ? JsonNodeFactory.instance.missingNode() : node;
    }
}
