package dev.serin.local.api.access;

import dev.serin.local.api.Authorizer.Attributes;

import tools.jackson.databind.JsonNode;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// One rule of a role. As Kubernetes' PolicyRule.
///
/// @param names empty for all
/// @param urls of requests that are about no resource; these may end in `*`
record Rule(
        List<String> verbs,
        List<String> groups,
        List<String> resources,
        List<String> names,
        List<String> urls) {
    private static final String ALL = "*";

    static List<Rule> of(JsonNode rules) {
        var all = new ArrayList<Rule>();
        for (var rule : rules) {
            all.add(
                    new Rule(
                            strings(rule.path("verbs")),
                            strings(rule.path("apiGroups")),
                            strings(rule.path("resources")),
                            strings(rule.path("resourceNames")),
                            strings(rule.path("nonResourceURLs"))));
        }
        return all;
    }

    static List<String> strings(JsonNode list) {
        var all = new ArrayList<String>();
        list.forEach(n -> all.add(n.asString("")));
        return List.copyOf(all);
    }

    boolean allows(Attributes what) {
        if (!has(verbs, what.verb())) {
            return false;
        }
        if (what.resource().isEmpty()) {
            return urls.stream().anyMatch(u -> matches(u, what.path()));
        }
        return has(groups, what.group())
                && hasResource(what.resource(), what.subresource())
                && (names.isEmpty() || names.contains(what.name()));
    }

    private static boolean has(List<String> words, String word) {
        return words.contains(ALL) || words.contains(word);
    }

    private boolean hasResource(String resource, String part) {
        var whole = part.isEmpty() ? resource : resource + "/" + part;
        return has(resources, whole) || !part.isEmpty() && resources.contains("*/" + part);
    }

    private static boolean matches(String url, String path) {
        return url.equals(path)
                || url.endsWith(ALL) && path.startsWith(url.substring(0, url.length() - 1));
    }

    /// The same in rules of one verb for one thing each.
    List<Rule> single() {
        var all = new ArrayList<Rule>();
        for (var group : groups) {
            for (var resource : resources) {
                for (var verb : verbs) {
                    if (names.isEmpty()) {
                        all.add(one(verb, group, resource, List.of()));
                    }
                    names.forEach(name -> all.add(one(verb, group, resource, List.of(name))));
                }
            }
        }
        for (var url : urls) {
            for (var verb : verbs) {
                all.add(new Rule(List.of(verb), List.of(), List.of(), List.of(), List.of(url)));
            }
        }
        return all;
    }

    private static Rule one(String verb, String group, String resource, List<String> names) {
        return new Rule(List.of(verb), List.of(group), List.of(resource), names, List.of());
    }

    /// Whether who has this has all of the other, which is a [#single()] one.
    boolean covers(Rule other) {
        if (!has(verbs, other.verbs.getFirst())) {
            return false;
        }
        if (!other.urls.isEmpty()) {
            return urls.stream().anyMatch(u -> matches(u, other.urls.getFirst()));
        }
        var resource = other.resources.getFirst();
        var slash = resource.indexOf('/');
        return has(groups, other.groups.getFirst())
                && hasResource(
                        slash < 0 ? resource : resource.substring(0, slash),
                        slash < 0 ? "" : resource.substring(slash + 1))
                && (names.isEmpty() || !other.names.isEmpty() && names.containsAll(other.names));
    }

    /// Single rules as Go would print them, those for the same thing together, in order.
    static Set<String> text(List<Rule> single) {
        var together = new TreeMap<String, List<String>>();
        var texts = new TreeSet<String>();
        for (var rule : single) {
            if (rule.urls.isEmpty()) {
                var what =
                        "APIGroups:"
                                + quoted(rule.groups)
                                + ", Resources:"
                                + quoted(rule.resources)
                                + (rule.names.isEmpty()
                                        ? ""
                                        : ", ResourceNames:" + quoted(rule.names));
                together.computeIfAbsent(what, _ -> new ArrayList<>()).addAll(rule.verbs);
            } else {
                texts.add(
                        "{NonResourceURLs:"
                                + quoted(rule.urls)
                                + ", Verbs:"
                                + quoted(rule.verbs)
                                + "}");
            }
        }
        together.forEach((what, verbs) -> texts.add("{" + what + ", Verbs:" + quoted(verbs) + "}"));
        return texts;
    }

    static String quoted(List<String> words) {
        return words.stream().map(w -> '"' + w + '"').collect(Collectors.joining(" ", "[", "]"));
    }
}
