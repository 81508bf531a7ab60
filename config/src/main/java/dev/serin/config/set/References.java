package dev.serin.config.set;

import dev.serin.base.text.Nearest;
import dev.serin.config.Resource;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;

/// Where VirtualServices lead. Pure functions of the resources given, of any version.
public final class References {
    /// The condition that tells of unresolved references.
    public static final String CONDITION = "ResolvedRefs";

    private static final String ROOT_NAMESPACE = "istio-system";

    private References() {}

    /// A destination that a VirtualService names.
    ///
    /// @param path of the destination
    /// @param host its full name
    /// @param subset empty: the whole service
    public record Reference(String path, String host, String subset) {}

    /// A reference to a subset that no DestinationRule declares.
    ///
    /// @param declared the subsets that there are for the host
    /// @param nearest the one that was probably meant, null if none is near
    public record Unresolved(Reference reference, List<String> declared, @Nullable String nearest) {
        /// One sentence, as warnings and conditions have it.
        public String text() {
            var host = reference.host();
            return reference.path()
                    + ".subset: no DestinationRule declares subset "
                    + reference.subset()
                    + " of "
                    + host
                    + (declared.isEmpty() ? "" : " (declared: " + String.join(", ", declared) + ")")
                    + (nearest == null ? "" : "; did you mean " + nearest + "?");
        }
    }

    /// Every destination of a VirtualService, mirrors too.
    public static List<Reference> of(Resource virtualService) {
        var all = new ArrayList<Reference>();
        var spec = virtualService.spec();
        for (var protocol : List.of("http", "tls", "tcp")) {
            for (var i = 0; i < spec.path(protocol).size(); i++) {
                rule(
                        spec.path(protocol).path(i),
                        "spec." + protocol + "[" + i + "]",
                        virtualService.namespace(),
                        all);
            }
        }
        return all;
    }

    private static void rule(JsonNode rule, String path, String namespace, List<Reference> all) {
        for (var list : List.of("route", "mirrors")) {
            for (var j = 0; j < rule.path(list).size(); j++) {
                add(
                        rule.path(list).path(j).path("destination"),
                        path + "." + list + "[" + j + "].destination",
                        namespace,
                        all);
            }
        }
        if (rule.has("mirror")) {
            add(rule.path("mirror"), path + ".mirror", namespace, all);
        }
    }

    private static void add(
            JsonNode destination, String path, String namespace, List<Reference> all) {
        var host = destination.path("host").asString("");
        if (!host.isEmpty()) {
            all.add(
                    new Reference(
                            path,
                            Hosts.full(host, namespace),
                            destination.path("subset").asString("")));
        }
    }

    /// The references of a VirtualService to subsets that none of the DestinationRules declares.
    ///
    /// @param others any resources; those that are no DestinationRule do not matter
    public static List<Unresolved> unresolved(
            Resource virtualService, Collection<Resource> others) {
        var unresolved = new ArrayList<Unresolved>();
        for (var reference : of(virtualService)) {
            if (reference.subset().isEmpty()) {
                continue;
            }
            var declared = subsets(reference.host(), virtualService.namespace(), others);
            if (!declared.contains(reference.subset())) {
                unresolved.add(
                        new Unresolved(
                                reference, declared, Nearest.to(reference.subset(), declared)));
            }
        }
        return unresolved;
    }

    /// The names of the subsets that DestinationRules declare for a host, as seen from a namespace.
    private static List<String> subsets(
            String host, String namespace, Collection<Resource> others) {
        var names = new LinkedHashSet<String>();
        for (var other : others) {
            var visible =
                    other.namespace().equals(namespace)
                            || other.namespace().equals(Hosts.namespace(host))
                            || other.namespace().equals(ROOT_NAMESPACE);
            if (isDestinationRule(other)
                    && visible
                    && Hosts.covers(
                            Hosts.full(other.spec().path("host").asString(""), other.namespace()),
                            host)) {
                other.spec().path("subsets").forEach(s -> names.add(s.path("name").asString("")));
            }
        }
        return List.copyOf(names);
    }

    static boolean isDestinationRule(Resource resource) {
        return resource.kind().family().equals("destinationrules.networking.istio.io");
    }

    static boolean isVirtualService(Resource resource) {
        return resource.kind().family().equals("virtualservices.networking.istio.io");
    }

    /// The condition of a VirtualService's status that tells whether its references lead somewhere.
    ///
    /// @param now when it became so
    public static ObjectNode condition(List<Unresolved> unresolved, Instant now) {
        var condition = JsonNodeFactory.instance.objectNode();
        condition.put("type", CONDITION);
        condition.put("status", unresolved.isEmpty() ? "True" : "False");
        condition.put("reason", unresolved.isEmpty() ? "ResolvedRefs" : "SubsetNotFound");
        condition.put(
                "message", String.join("; ", unresolved.stream().map(Unresolved::text).toList()));
        condition.put("lastTransitionTime", now.truncatedTo(ChronoUnit.SECONDS).toString());
        return condition;
    }
}
