package dev.serin.local.node;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;
import dev.serin.config.ResourceKey;
import dev.serin.local.api.ResourceClient;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A container's environment: `envFrom`, `env` with its references, and `$(NAME)` in values and
/// command lines. As Kubernetes' expansion: `$$` is a `$`, an unknown name stays as written.
final class Environment {
    private final ResourceClient client;
    private final Fields fields;

    Environment(ResourceClient client, Fields fields) {
        this.client = client;
        this.fields = fields;
    }

    /// @param first what the image and the node give, below all else
    /// @throws ProblemException naming a ConfigMap, Secret or key that is missing
    Map<String, String> of(JsonNode container, Map<String, String> first) {
        var values = new LinkedHashMap<>(first);
        for (var from : container.path("envFrom")) {
            var prefix = from.path("prefix").asString("");
            for (var kind : List.of("configMap", "secret")) {
                var reference = from.path(kind + "Ref");
                if (!reference.isMissingNode()) {
                    all(kind, reference).forEach((name, value) -> values.put(prefix + name, value));
                }
            }
        }
        for (var variable : container.path("env")) {
            var name = variable.path("name").asString("");
            var from = variable.path("valueFrom");
            if (from.isMissingNode() || from.isNull()) {
                values.put(name, expand(variable.path("value").asString(""), values));
            } else {
                var value = reference(name, from, container);
                if (value != null) {
                    values.put(name, value);
                }
            }
        }
        return values;
    }

    static List<String> expand(JsonNode words, Map<String, String> values) {
        var expanded = new ArrayList<String>();
        words.forEach(word -> expanded.add(expand(word.asString(""), values)));
        return expanded;
    }

    static String expand(String text, Map<String, String> values) {
        var out = new StringBuilder();
        int at = 0;
        while (at < text.length()) {
            var letter = text.charAt(at);
            if (letter == '$' && text.startsWith("$$", at)) {
                out.append('$');
                at += 2;
                continue;
            }
            var end = text.startsWith("$(", at) ? text.indexOf(')', at) : -1;
            var value = end < 0 ? null : values.get(text.substring(at + 2, end));
            if (value != null) {
                out.append(value);
                at = end + 1;
            } else {
                out.append(letter);
                at++;
            }
        }
        return out.toString();
    }

    /// The entries of a ConfigMap or Secret as they are, for files too.
    ///
    /// @return null if it is not there
    static @Nullable Map<String, byte[]> entries(
            ResourceClient client, String kind, String namespace, String name) {
        var family = kind.equals("secret") ? "secrets" : "configmaps";
        var resource = client.get(new ResourceKey(family, namespace, name));
        if (resource == null) {
            return null;
        }
        var entries = new LinkedHashMap<String, byte[]>();
        var secret = kind.equals("secret");
        for (var entry : resource.body().path("data").properties()) {
            var text = entry.getValue().asString("");
            entries.put(
                    entry.getKey(),
                    secret
                            ? Base64.getMimeDecoder().decode(text)
                            : text.getBytes(StandardCharsets.UTF_8));
        }
        for (var entry : resource.body().path("binaryData").properties()) {
            entries.put(
                    entry.getKey(), Base64.getMimeDecoder().decode(entry.getValue().asString("")));
        }
        return entries;
    }

    private Map<String, String> all(String kind, JsonNode reference) {
        var name = reference.path("name").asString("");
        var entries = entries(client, kind, fields.pod().namespace(), name);
        if (entries == null) {
            if (reference.path("optional").asBoolean(false)) {
                return Map.of();
            }
            throw missing(kind, name, null);
        }
        var texts = new LinkedHashMap<String, String>();
        entries.forEach((key, value) -> texts.put(key, new String(value, StandardCharsets.UTF_8)));
        return texts;
    }

    private @Nullable String reference(String variable, JsonNode from, JsonNode container) {
        if (from.has("fieldRef")) {
            var path = from.path("fieldRef").path("fieldPath").asString("");
            var value = fields.field(path);
            if (value == null) {
                throw new ProblemException(
                        new Problem(
                                "environment variable " + variable,
                                "there is no field '" + path + "'",
                                "a field of the downward API, for instance metadata.name",
                                null));
            }
            return value;
        }
        if (from.has("resourceFieldRef")) {
            return fields.resource(from.path("resourceFieldRef"), container);
        }
        var kind = from.has("secretKeyRef") ? "secret" : "configMap";
        var reference = from.path(kind + "KeyRef");
        var name = reference.path("name").asString("");
        var key = reference.path("key").asString("");
        var entries = entries(client, kind, fields.pod().namespace(), name);
        var value = entries == null ? null : entries.get(key);
        if (value != null) {
            return new String(value, StandardCharsets.UTF_8);
        }
        if (reference.path("optional").asBoolean(false)) {
            return null;
        }
        throw missing(kind, name, entries == null ? null : key);
    }

    private ProblemException missing(String kind, String name, @Nullable String key) {
        var namespace = fields.pod().namespace();
        return new ProblemException(
                Problem.of(
                        kind + " " + namespace + "/" + name,
                        key == null ? "not found" : "has no key '" + key + "'",
                        key == null
                                ? "create it: kubectl create "
                                        + (kind.equals("secret") ? "secret generic" : "configmap")
                                        + " "
                                        + name
                                        + " -n "
                                        + namespace
                                : "add the key, or name one that it has"));
    }
}
