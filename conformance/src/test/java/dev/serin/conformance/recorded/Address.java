package dev.serin.conformance.recorded;

import dev.serin.config.ResourceKey;
import dev.serin.config.ResourceKind;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/// What the path of a request names.
///
/// @param apiVersion empty where the path is none of a resource's
/// @param plural empty for a list of kinds
/// @param name empty for a collection
/// @param part a subresource, or empty
record Address(
        String apiVersion,
        String plural,
        String namespace,
        String name,
        String part,
        String plain,
        Map<String, String> query) {
    static Address of(String text) {
        var mark = text.indexOf('?');
        var plain = mark < 0 ? text : text.substring(0, mark);
        var query = new TreeMap<String, String>();
        if (mark >= 0) {
            for (var pair : text.substring(mark + 1).split("&", -1)) {
                var both = pair.split("=", 2);
                query.merge(
                        both[0],
                        both.length < 2 ? "" : URLDecoder.decode(both[1], StandardCharsets.UTF_8),
                        (one, other) -> one + " " + other);
            }
        }
        var words = Arrays.asList(plain.replaceFirst("^/", "").split("/", -1));
        var core = words.size() > 2 && words.get(0).equals("api");
        var grouped = words.size() > 3 && words.get(0).equals("apis");
        if (!core && !grouped) {
            return new Address("", "", "", "", "", plain, query);
        }
        var apiVersion = core ? words.get(1) : words.get(1) + "/" + words.get(2);
        var rest = words.subList(core ? 2 : 3, words.size());
        var namespace = "";
        if (rest.size() > 2
                && rest.get(0).equals("namespaces")
                && !rest.get(2).equals("status")
                && !rest.get(2).equals("finalize")) {
            namespace = rest.get(1);
            rest = rest.subList(2, rest.size());
        }
        return new Address(
                apiVersion,
                rest.get(0),
                namespace,
                rest.size() > 1 ? rest.get(1) : "",
                rest.size() > 2 ? rest.get(2) : "",
                plain,
                query);
    }

    boolean isResource() {
        return !plural.isEmpty();
    }

    String group() {
        var slash = apiVersion.indexOf('/');
        return slash < 0 ? "" : apiVersion.substring(0, slash);
    }

    String family() {
        return group().isEmpty() ? plural : plural + "." + group();
    }

    ResourceKey key(String ns, String n) {
        return new ResourceKey(family(), ns, n);
    }

    ResourceKind kind(String kind, boolean namespaced) {
        var slash = apiVersion.indexOf('/');
        return new ResourceKind(group(), apiVersion.substring(slash + 1), kind, plural, namespaced);
    }

    /// Without what differs from play to play.
    String normal() {
        var said = new TreeMap<>(query);
        said.remove("timeoutSeconds");
        said.remove("timeout");
        said.remove("hash");
        said.computeIfPresent("resourceVersion", (_, v) -> v.equals("0") ? v : "<rv>");
        // Where a play keeps its files.
        said.computeIfPresent("command", (_, v) -> v.replaceAll("/\\S*junit-?\\d+/home", "/tmp"));
        said.computeIfPresent("continue", (_, _) -> "<token>");
        // The order of a field selector's parts is that of a Go map.
        said.computeIfPresent(
                "fieldSelector",
                (_, v) ->
                        String.join(
                                ",",
                                Arrays.stream(v.split(",", -1))
                                        .map(s -> s.replaceAll("(uid=).*", "$1<uid>"))
                                        .sorted()
                                        .toList()));
        said.computeIfPresent(
                "labelSelector",
                (_, v) -> v.replaceAll("<uid-\\d+>|[0-9a-f]{8}-[0-9a-f-]{27}", "<uid>"));
        return plain + (said.isEmpty() ? "" : " " + said);
    }
}
