package dev.serin.controlplane;

import dev.serin.config.Resource;
import dev.serin.config.ResourceKind;

import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.node.ObjectNode;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Reads resources from YAML as tests write them: without checks.
public final class Manifests {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Manifests() {}

    public static List<Resource> read(String yaml) {
        var all = new ArrayList<Resource>();
        for (var document : new Load(LoadSettings.builder().build()).loadAllFromString(yaml)) {
            if (document != null) {
                all.add(resource(JSON.valueToTree(document)));
            }
        }
        return all;
    }

    public static Resource one(String yaml) {
        return read(yaml).getFirst();
    }

    private static Resource resource(ObjectNode body) {
        var version = body.path("apiVersion").asString("");
        var slash = version.indexOf('/');
        var kind = body.path("kind").asString("");
        var lower = kind.toLowerCase(Locale.ROOT);
        var namespaced = !kind.equals("Namespace") && !kind.equals("Node");
        var metadata = (ObjectNode) body.path("metadata");
        if (namespaced && !metadata.has("namespace")) {
            metadata.put("namespace", "default");
        }
        return new Resource(
                new ResourceKind(
                        slash < 0 ? "" : version.substring(0, slash),
                        version.substring(slash + 1),
                        kind,
                        lower.endsWith("entry")
                                ? lower.substring(0, lower.length() - 1) + "ies"
                                : lower + "s",
                        namespaced),
                body);
    }
}
