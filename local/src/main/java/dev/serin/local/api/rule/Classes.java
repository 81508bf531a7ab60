package dev.serin.local.api.rule;

import dev.serin.config.Resource;
import dev.serin.local.api.Refusal;
import dev.serin.local.store.Store;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.node.ObjectNode;

import java.util.Comparator;

/// What a new resource is given by the classes that the store has: the default class of storage and
/// of Ingresses, the priority of pods, and the sizes that a LimitRange says. Any thread.
final class Classes {
    private static final String CLASSES = "storageclasses.storage.k8s.io";
    private static final String IS_DEFAULT = "storageclass.kubernetes.io/is-default-class";
    private static final String PRIORITIES = "priorityclasses.scheduling.k8s.io";

    private final Store store;

    Classes(Store store) {
        this.store = store;
    }

    /// Fills in what a creation leaves out.
    ///
    /// @throws Refusal 403 for a priority class that is not there
    void complete(String family, ObjectNode body) {
        switch (family) {
            case "persistentvolumeclaims" -> {
                guard(body, "kubernetes.io/pvc-protection");
                if (body.get("spec") instanceof ObjectNode spec && !spec.has("storageClassName")) {
                    put(spec, "storageClassName", standard(CLASSES, IS_DEFAULT));
                }
            }
            case "persistentvolumes" -> guard(body, "kubernetes.io/pv-protection");
            case "ingresses.networking.k8s.io" -> {
                if (body.get("spec") instanceof ObjectNode spec
                        && !spec.has("ingressClassName")
                        && !body.path("metadata")
                                .path("annotations")
                                .has("kubernetes.io/ingress.class")) {
                    put(
                            spec,
                            "ingressClassName",
                            standard(
                                    "ingressclasses.networking.k8s.io",
                                    "ingressclass.kubernetes.io/is-default-class"));
                }
            }
            case "pods" -> {
                if (body.get("spec") instanceof ObjectNode spec) {
                    priority(body, spec);
                    sizes(body, spec);
                }
            }
            default -> {}
        }
    }

    private static void put(ObjectNode spec, String field, @Nullable String name) {
        if (name != null) {
            spec.put(field, name);
        }
    }

    /// The youngest that says it is the default.
    private @Nullable String standard(String family, String annotation) {
        return store.list(family, null).resources().stream()
                .filter(r -> "true".equals(r.annotations().get(annotation)))
                .max(Comparator.comparing(Resource::created).thenComparing(Resource::name))
                .map(Resource::name)
                .orElse(null);
    }

    private static void guard(ObjectNode body, String finalizer) {
        var finalizers = body.withObject("/metadata").withArray("/finalizers");
        for (var there : finalizers) {
            if (there.asString("").equals(finalizer)) {
                return;
            }
        }
        finalizers.add(finalizer);
    }

    private void priority(ObjectNode body, ObjectNode spec) {
        var name = spec.path("priorityClassName").asString("");
        var all = store.list(PRIORITIES, null).resources();
        if (name.isEmpty()) {
            all.stream()
                    .filter(c -> c.body().path("globalDefault").asBoolean(false))
                    .findFirst()
                    .ifPresent(c -> {
                        spec.put("priorityClassName", c.name());
                        priority(spec, c);
                    });
            return;
        }
        var found = all.stream().filter(c -> c.name().equals(name)).findFirst();
        if (found.isEmpty()) {
            var pod = body.path("metadata").path("name").asString("");
            throw new Refusal(
                    403,
                    "Forbidden",
                    "pods \""
                            + pod
                            + "\" is forbidden: no PriorityClass with name "
                            + name
                            + " was found",
                    new Refusal.Details(pod, "", "pods", "", java.util.List.of(), 0));
        }
        priority(spec, found.get());
    }

    private static void priority(ObjectNode spec, Resource priority) {
        spec.put("priority", priority.body().path("value").asInt(0));
        spec.put(
                "preemptionPolicy",
                priority.body().path("preemptionPolicy").asString("PreemptLowerPriority"));
    }

    private void sizes(ObjectNode body, ObjectNode spec) {
        var namespace = body.path("metadata").path("namespace").asString("");
        for (var range : store.list("limitranges", namespace).resources()) {
            for (var item : range.spec().path("limits")) {
                if (item.path("type").asString("").equals("Container")) {
                    for (var container : spec.path("containers")) {
                        var resources = ((ObjectNode) container).withObject("/resources");
                        var own = resources.path("requests").deepCopy();
                        usual(resources, "limits", item.path("default"));
                        // A limit of its own is the request, before the range is asked.
                        item.path("defaultRequest")
                                .properties()
                                .forEach(p -> {
                                    if (!own.has(p.getKey())) {
                                        resources
                                                .withObject("/requests")
                                                .set(p.getKey(), p.getValue());
                                    }
                                });
                    }
                }
            }
        }
    }

    private static void usual(
            ObjectNode resources, String field, tools.jackson.databind.JsonNode usual) {
        usual.properties()
                .forEach(p -> {
                    if (!resources.path(field).has(p.getKey())) {
                        resources.withObject("/" + field).set(p.getKey(), p.getValue());
                    }
                });
    }
}
