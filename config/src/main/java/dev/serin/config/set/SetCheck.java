package dev.serin.config.set;

import dev.serin.base.Problem;
import dev.serin.config.Resource;
import dev.serin.config.ResourceKey;
import dev.serin.config.check.Validator;
import dev.serin.config.check.Wording;
import dev.serin.config.codec.Manifest;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What is wrong with a set of manifests: each by itself, and what they say of one another.
final class SetCheck {
    private final List<Manifest> manifests;
    private final List<Problem> problems = new ArrayList<>();
    // What is wrong by itself says nothing about the others yet.
    private final Set<Manifest> wrong = Collections.newSetFromMap(new IdentityHashMap<>());

    private SetCheck(List<Manifest> manifests) {
        this.manifests = manifests;
    }

    static List<Problem> check(List<Manifest> manifests) {
        var check = new SetCheck(manifests);
        manifests.forEach(check::alone);
        check.twice();
        for (var manifest : manifests) {
            if (References.isVirtualService(manifest.resource())) {
                check.subsets(manifest);
                check.delegated(manifest);
            }
        }
        return check.problems;
    }

    private void alone(Manifest manifest) {
        for (var violation : Validator.checkAll(manifest.schema(), manifest.resource())) {
            problems.add(Wording.problem(manifest, violation));
            wrong.add(manifest);
        }
    }

    private void twice() {
        Map<ResourceKey, Manifest> first = new HashMap<>();
        for (var manifest : manifests) {
            var key = manifest.resource().key();
            var earlier = key.name().isEmpty() ? null : first.putIfAbsent(key, manifest);
            if (earlier != null) {
                problems.add(
                        manifest.problem(
                                "metadata.name",
                                manifest.resource().kind().kind()
                                        + " "
                                        + key.name()
                                        + " a second time (first at "
                                        + earlier.place("metadata.name")
                                        + ")",
                                null,
                                "rename one of the two, or take it out"));
            }
        }
    }

    private void subsets(Manifest manifest) {
        var all = manifests.stream().map(Manifest::resource).toList();
        for (var unresolved : References.unresolved(manifest.resource(), all)) {
            var reference = unresolved.reference();
            var declared = unresolved.declared();
            problems.add(
                    manifest.problem(
                            reference.path() + ".subset",
                            "no DestinationRule of these files declares subset "
                                    + reference.subset()
                                    + " of "
                                    + reference.host(),
                            declared.isEmpty() ? null : "one of " + String.join(", ", declared),
                            unresolved.nearest() != null
                                    ? "did you mean " + unresolved.nearest() + "?"
                                    : declared.isEmpty()
                                            ? "add a DestinationRule for the host with this subset"
                                            : "add it to the DestinationRule's subsets"));
        }
    }

    /// A VirtualService without hosts does nothing unless another one delegates to it.
    private void delegated(Manifest manifest) {
        var resource = manifest.resource();
        if (resource.spec().path("hosts").size() > 0 || wrong.contains(manifest)) {
            return;
        }
        var known =
                manifests.stream()
                        .map(Manifest::resource)
                        .filter(References::isVirtualService)
                        .anyMatch(other -> delegates(other, resource));
        if (!known) {
            problems.add(
                    manifest.problem(
                            "spec.hosts",
                            "not there, and no VirtualService of these files delegates to this one",
                            "the names that requests are made to",
                            "add hosts"));
        }
    }

    static boolean delegates(Resource from, Resource to) {
        for (var rule : from.spec().path("http")) {
            var delegate = rule.path("delegate");
            var namespace = delegate.path("namespace").asString(from.namespace());
            if (delegate.path("name").asString("").equals(to.name())
                    && namespace.equals(to.namespace())) {
                return true;
            }
        }
        return false;
    }
}
