package dev.serin.local.api.rest;

import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.representer.StandardRepresenter;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import java.util.TreeMap;
import java.util.regex.Pattern;

/// JSON as YAML, as Kubernetes writes it: keys in order; a text that an older reader takes for a
/// time, a number or a truth is in quotes.
final class YamlText {
    private static final DumpSettings SETTINGS =
            DumpSettings.builder()
                    .setDefaultFlowStyle(FlowStyle.BLOCK)
                    .setWidth(Integer.MAX_VALUE)
                    .build();
    private static final Pattern OTHERWISE =
            Pattern.compile(
                    "[-+]?(\\.[0-9]+|[0-9][0-9_,]*(\\.[0-9_]*)?)([eE][-+]?[0-9]+)?"
                            + "|[-+]?0[xob][0-9a-fA-F]+|[-+]?[0-9]+(:[0-5]?[0-9])+"
                            + "|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt ].*)?"
                            + "|(?i)[-+]?\\.inf|\\.nan|y|n|yes|no|on|off|true|false|null|~|");

    private YamlText() {}

    static String of(JsonNode node) {
        var plain = JsonMapper.shared().treeToValue(sorted(node), Object.class);
        return new Dump(SETTINGS, new Writer()).dumpToString(plain);
    }

    private static JsonNode sorted(JsonNode node) {
        if (node instanceof ObjectNode object) {
            var keys = new TreeMap<String, JsonNode>();
            object.properties().forEach(p -> keys.put(p.getKey(), sorted(p.getValue())));
            return JsonMapper.shared().createObjectNode().setAll(keys);
        }
        if (node.isArray()) {
            var array = JsonMapper.shared().createArrayNode();
            node.forEach(item -> array.add(sorted(item)));
            return array;
        }
        return node;
    }

    private static final class Writer extends StandardRepresenter {
        Writer() {
            super(SETTINGS);
            representers.put(String.class, text -> text((String) text));
        }

        private org.snakeyaml.engine.v2.nodes.Node text(String text) {
            var style =
                    text.contains("\n")
                            ? ScalarStyle.LITERAL
                            : OTHERWISE.matcher(text).matches()
                                    ? ScalarStyle.DOUBLE_QUOTED
                                    : ScalarStyle.PLAIN;
            return representScalar(Tag.STR, text, style);
        }
    }
}
