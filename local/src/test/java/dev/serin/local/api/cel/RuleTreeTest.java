package dev.serin.local.api.cel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.local.api.Refusal.Cause;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import java.util.ArrayList;
import java.util.List;

/// Rules over values, without an API.
class RuleTreeTest {
    private static final JsonMapper JSON = new JsonMapper();

    /// A value of every type that a schema gives to CEL.
    private static final String SCHEMA =
            """
            {"type": "object", "properties": {"spec": {"type": "object",
             "x-kubernetes-validations": [RULE],
             "properties": {
              "n": {"type": "integer"}, "d": {"type": "number"}, "yes": {"type": "boolean"},
              "text": {"type": "string"}, "namespace": {"type": "string"},
              "a.b/c-d__e": {"type": "string"},
              "port": {"x-kubernetes-int-or-string": true},
              "when": {"type": "string", "format": "date-time"},
              "long": {"type": "string", "format": "duration"},
              "bytes": {"type": "string", "format": "byte"},
              "none": {"type": "string", "nullable": true},
              "numbers": {"type": "array", "items": {"type": "integer"}},
              "set": {"type": "array", "x-kubernetes-list-type": "set",
                "items": {"type": "string"}},
              "map": {"type": "array", "x-kubernetes-list-type": "map",
                "x-kubernetes-list-map-keys": ["name"],
                "items": {"type": "object", "properties": {
                  "name": {"type": "string"}, "value": {"type": "integer"}}}},
              "labels": {"type": "object", "additionalProperties": {"type": "string"}},
              "pod": {"type": "object", "x-kubernetes-embedded-resource": true},
              "any": {"x-kubernetes-preserve-unknown-fields": true}
             }}}}
            """;

    private static final String BODY =
            """
            {"apiVersion": "e/v1", "kind": "E", "metadata": {"name": "one"}, "spec": {
              "n": 3, "d": 2, "yes": true, "text": "hello", "namespace": "ns",
              "a.b/c-d__e": "odd", "port": "10%", "when": "2024-05-06T07:08:09Z",
              "long": "1h30m", "bytes": "aGk=", "none": null, "numbers": [1, 2, 2, 5],
              "set": ["a", "b"], "map": [{"name": "x", "value": 1}, {"name": "y", "value": 2}],
              "labels": {"app": "web"}, "pod": {"kind": "Pod", "metadata": {"name": "p"}},
              "any": {"x": 1}}}
            """;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "self.n == 3 && self.d == 2.0 && self.yes && self.n + 1 == 4",
                "self.d * 2.0 == 4.0",
                "self.__namespace__ == 'ns'",
                "self.a__dot__b__slash__c__dash__d__underscores__e == 'odd'",
                "type(self.port) == string && self.port.endsWith('%')",
                "type(self.port) == int ? self.port < 5 : int(self.port.replace('%', '')) == 10",
                "self.when.getFullYear() == 2024 && self.when < timestamp('2025-01-01T00:00:00Z')",
                "self.long > duration('1h') && self.long.getMinutes() == 90",
                "self.bytes == b'hi'",
                "has(self.none) && !has(self.pod.metadata.generateName)",
                "!has(self.text) || self.text.matches('^h.*o$')",
                "self.numbers.isSorted() && self.numbers.sum() == 10",
                "self.numbers.max() == 5 && self.numbers.min() == 1",
                "self.numbers.indexOf(2) == 1 && self.numbers.lastIndexOf(2) == 2",
                "self.numbers.includes(5) && !self.numbers.includes(7)",
                "self.numbers.all(x, x > 0) && self.numbers.exists_one(x, x == 5)",
                "self.numbers.map(x, x * 2) == [2, 4, 4, 10]",
                "self.numbers.filter(x, x > 1).size() == 3",
                "self.set == ['b', 'a'] && ['b', 'a'] == self.set && self.set != ['a']",
                "(self.set + ['a', 'c']).size() == 3",
                "self.map == [self.map[1], self.map[0]]",
                "self.map.exists(m, m.name == 'y' && m.value == 2)",
                "self.map.all(m, self.map.exists_one(o, o.name == m.name))",
                "self.labels['app'] == 'web' && 'app' in self.labels",
                "self.labels.all(k, k.size() < 5)",
                "self.labels.all(k, v, v == 'web')",
                "self.pod.kind == 'Pod' && self.pod.metadata.name == 'p'",
                "self.?text.orValue('') == 'hello' && self.?none.hasValue()",
                "'abc 123'.find('[0-9]+') == '123' && 'a1b2'.findAll('[0-9]') == ['1', '2']",
                "'a1b2c3'.findAll('[0-9]', 2) == ['1', '2']",
                "url('https://a.b:80/p%20q?x=1&x=2').getHost() == 'a.b:80'",
                "url('https://a.b:80/p%20q?x=1&x=2').getPort() == '80'",
                "url('https://a.b:80/p%20q').getEscapedPath() == '/p%20q'",
                "url('https://[::1]:80/').getHostname() == '::1'",
                "url('/p?x=1&x=2').getQuery()['x'] == ['1', '2'] && !isURL('no')",
                "ip('192.168.0.1').family() == 4 && isIP('::1') && !isIP('1.2.3')",
                "string(ip('2001:DB8:0:0::1')) == '2001:db8::1'",
                "ip.isCanonical('::1') && ip('127.0.0.1').isLoopback()",
                "cidr('10.0.0.0/8').containsIP('10.1.2.3') && !isCIDR('10.0.0.0/40')",
                "cidr('10.0.0.0/8').containsCIDR('10.1.0.0/16')",
                "cidr('10.1.2.3/8').masked() == cidr('10.0.0.0/8')",
                "cidr('10.0.0.0/8').prefixLength() == 8",
                "quantity('1Gi').isGreaterThan(quantity('1G')) && quantity('1500m').sign() == 1",
                "quantity('1k').add(5).asInteger() == 1005 && !quantity('5m').isInteger()",
                "quantity('1000m') == quantity('1') && !isQuantity('1x')",
                "semver('1.2.3').isLessThan(semver('1.10.0')) && semver('1.2.3').minor() == 2",
                "semver('1.0.0-rc.1').isLessThan(semver('1.0.0')) && isSemver('v1.2', true)",
                "!format.dns1123Label().validate('ok').hasValue()",
                "format.named('dns1123Label').value().validate('No').hasValue()",
                "'%s-%d-%.1f %x'.format(['a', 5, 1.25, 255]) == 'a-5-1.2 ff'",
                "sets.contains([1, 2], [1]) && [[1], [2]].flatten() == [1, 2]",
                "'A-b'.lowerAscii() == 'a-b' && 'a,b'.split(',').join('-') == 'a-b'",
                "[3, 1, 2].sort() == [1, 2, 3]",
                "self.n > 2.5 && self.n < 4u",
                "dyn(self.text) == 'hello'",
            })
    void ruleHolds(String rule) {
        assertEquals(List.of(), found(rule("rule", rule), BODY, null));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "self.nothing == 1|compilation failed: ERROR: <input>:1:5: undefined field"
                        + " 'nothing'",
                "self.n == 'a'|found no matching overload for '_==_' applied to '(int, string)'",
                "self.n|cel expression must evaluate to a bool",
                "self.|compilation failed: ERROR: <input>:1:6: Syntax error",
                "self.any.x == 1|undefined field 'any'",
                "self.pod.spec == 1|undefined field 'spec'",
                "self.text.nothing()|undeclared reference to 'nothing'",
            })
    void ruleThatDoesNotCompileIsRefused(String rule, String why) {
        var causes = examined(rule("rule", rule));
        assertEquals(1, causes.size(), causes::toString);
        assertTrue(causes.getFirst().message().contains(why), causes::toString);
        assertEquals(
                "schema.properties[spec].x-kubernetes-validations[0].rule",
                causes.getFirst().field());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "self.numbers[9] == 1|Invalid value: \"object\": index out of bounds: 9 evaluating"
                        + " rule: self.numbers[9] == 1",
                "self.labels['no'] == ''|Invalid value: \"object\": no such key: no evaluating"
                        + " rule: self.labels['no'] == ''",
                "1 / (self.n - 3) == 1|Invalid value: \"object\": division by zero evaluating rule:"
                        + " 1 / (self.n - 3) == 1",
                "self.port < 5|Invalid value: \"object\": 'no such overload': call arguments did"
                        + " not match a supported operator, function or macro signature for rule:"
                        + " self.port < 5",
                "self.n == 4|Invalid value: failed rule: self.n == 4",
            })
    void whatIsWrongIsSaidInKubernetesWords(String rule, String said) {
        assertEquals(List.of("spec: " + said), found(rule("rule", rule), BODY, null));
    }

    @Test
    void violationIsToldAsTheRuleSays() {
        var rule =
                """
                {"rule": "self.n < 3", "message": "too many", "reason": "FieldValueForbidden",
                 "fieldPath": ".n", "messageExpression": "'%d is too many'.format([self.n])"}
                """;
        assertEquals(List.of("spec.n: Forbidden: 3 is too many"), found(rule, BODY, null));
        assertEquals(
                List.of("spec: Invalid value: too many"),
                found("{\"rule\": \"self.n < 3\", \"message\": \"too many\"}", BODY, null));
    }

    @Test
    void ruleOfAChangeComparesWithTheValueBefore() {
        var rule = rule("rule", "self.n >= oldSelf.n");
        assertEquals(List.of(), found(rule, BODY, null));
        assertEquals(List.of(), found(rule, BODY, BODY.replace("\"n\": 3", "\"n\": 2")));
        assertEquals(
                List.of("spec: Invalid value: failed rule: self.n >= oldSelf.n"),
                found(rule, BODY, BODY.replace("\"n\": 3", "\"n\": 4")));
        var optional =
                "{\"rule\": \"oldSelf.hasValue() || self.n == 1\", \"optionalOldSelf\": true}";
        assertEquals(1, found(optional, BODY, null).size());
        assertEquals(List.of(), found(optional, BODY, BODY));
    }

    @Test
    void whatAnUpdateDoesNotChangeIsNotJudgedAgain() {
        var rule = rule("rule", "self.n < 3");
        assertEquals(1, found(rule, BODY, null).size());
        assertEquals(List.of(), found(rule, BODY.replace("\"one\"", "\"two\""), BODY));
        assertEquals(1, found(rule, BODY.replace("hello", "hullo"), BODY).size());
    }

    @Test
    void loopsEndAtABound() {
        var numbers = new StringBuilder("0");
        for (var i = 1; i < 1000; i++) {
            numbers.append(", ").append(i);
        }
        var rule = rule("rule", "self.numbers.all(a, self.numbers.all(b, a + b >= 0))");
        var said = found(rule, BODY.replace("[1, 2, 2, 5]", "[" + numbers + "]"), null);
        assertEquals(1, said.size());
        assertTrue(said.getFirst().contains("call cost exceeds limit"), said::toString);
    }

    @Test
    void rulesAreCheckedInEveryPlaceOfASchema() throws Exception {
        var schema =
                JSON.readTree(
                        """
                        {"type": "object", "x-kubernetes-validations": [
                          {"rule": "self.metadata.name != 'bad' && self.kind == 'E'"}],
                         "properties": {
                          "list": {"type": "array", "items": {"type": "integer",
                            "x-kubernetes-validations": [{"rule": "self < 3"}]}},
                          "map": {"type": "object", "additionalProperties": {"type": "string",
                            "x-kubernetes-validations": [{"rule": "self != 'x'"}]}},
                          "both": {"type": "integer", "allOf": [
                            {"x-kubernetes-validations": [{"rule": "self > 5"}]}]}}}
                        """);
        var body =
                JSON.readTree(
                        """
                        {"kind": "E", "metadata": {"name": "bad"}, "list": [1, 3],
                         "map": {"k": "x"}, "both": 5}
                        """);
        var causes = new ArrayList<Cause>();
        RuleTree.examine(schema, "", causes);
        RuleTree.of(schema).check(body, null, causes);
        assertEquals(
                List.of(
                        "<nil>: Invalid value: failed rule: self.metadata.name != 'bad' &&"
                                + " self.kind == 'E'",
                        "list[1]: Invalid value: 3: failed rule: self < 3",
                        "map[k]: Invalid value: \"x\": failed rule: self != 'x'",
                        "both: Invalid value: 5: failed rule: self > 5"),
                texts(causes));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"rule\": \" \"}|rule: Required value: rule is not specified",
                "{\"rule\": \"true\", \"message\": \" \"}|message: Invalid value: \" \": must be"
                        + " non-empty if specified",
                "{\"rule\": \"true\", \"reason\": \"No\"}|reason: Unsupported value: \"No\":"
                        + " supported values: \"FieldValueDuplicate\", \"FieldValueForbidden\","
                        + " \"FieldValueInvalid\", \"FieldValueRequired\"",
                "{\"rule\": \"true\", \"fieldPath\": \".no\"}|fieldPath: Invalid value: \".no\":"
                        + " must be a valid path",
                "{\"rule\": \"true\", \"optionalOldSelf\": true}|optionalOldSelf: Invalid value:"
                        + " true: may not be set if oldSelf is not used in rule",
            })
    void ruleOfAWrongFormIsRefused(String rule, String said) {
        assertEquals(
                List.of("schema.properties[spec].x-kubernetes-validations[0]." + said),
                texts(examined(rule)));
    }

    private static String rule(String field, String text) {
        return JSON.createObjectNode().put(field, text).toString();
    }

    private static JsonNode schema(String rule) {
        return JSON.readTree(SCHEMA.replace("RULE", rule));
    }

    private static List<Cause> examined(String rule) {
        var causes = new ArrayList<Cause>();
        RuleTree.examine(schema(rule), "schema", causes);
        return causes;
    }

    private static List<String> found(String rule, String body, String old) {
        assertEquals(List.of(), texts(examined(rule)));
        var causes = new ArrayList<Cause>();
        RuleTree.of(schema(rule))
                .check(
                        (ObjectNode) JSON.readTree(body),
                        old == null ? null : JSON.readTree(old),
                        causes);
        return texts(causes);
    }

    private static List<String> texts(List<Cause> causes) {
        return causes.stream().map(c -> c.field() + ": " + c.message()).toList();
    }
}
