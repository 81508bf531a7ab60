package dev.serin.config.check;

import dev.serin.config.Resource;
import dev.serin.config.fields.FieldState;
import dev.serin.config.fields.FieldStates;
import dev.serin.config.schema.KindSchema;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/// What a single resource must keep beyond its shape: the rules of Kubernetes and Istio, kind by
/// kind. A new kind is a line in the table.
public final class Validator {
    private static final Map<String, Consumer<Place>> RULES =
            Map.ofEntries(
                    Map.entry("virtualservices.networking.istio.io", VirtualServiceRules::check),
                    Map.entry("destinationrules.networking.istio.io", DestinationRuleRules::check),
                    Map.entry("gateways.networking.istio.io", GatewayRules::check),
                    Map.entry("sidecars.networking.istio.io", SidecarRules::check),
                    Map.entry("serviceentries.networking.istio.io", ServiceEntryRules::check),
                    Map.entry("workloadentries.networking.istio.io", ServiceEntryRules::workload),
                    Map.entry("pods", PodRules::check),
                    Map.entry("services", ServiceRules::check),
                    Map.entry("deployments.apps", WorkloadRules::check),
                    Map.entry("deployments.extensions", WorkloadRules::check),
                    Map.entry("replicasets.apps", WorkloadRules::check),
                    Map.entry("statefulsets.apps", WorkloadRules::template),
                    Map.entry("daemonsets.apps", WorkloadRules::template),
                    Map.entry("jobs.batch", WorkloadRules::job),
                    Map.entry("cronjobs.batch", WorkloadRules::cronJob),
                    Map.entry("configmaps", DataRules::configMap),
                    Map.entry("secrets", DataRules::secret),
                    Map.entry(
                            "mutatingwebhookconfigurations.admissionregistration.k8s.io",
                            WebhookRules::check),
                    Map.entry(
                            "validatingwebhookconfigurations.admissionregistration.k8s.io",
                            WebhookRules::check));

    private Validator() {}

    /// What is wrong with the resource beyond its shape.
    public static List<Violation> check(Resource resource) {
        var violations = new ArrayList<Violation>();
        var body = new Place(resource.body(), "", violations);
        MetadataRules.check(body, resource.kind());
        var rules = RULES.get(resource.kind().family());
        if (rules != null) {
            rules.accept(body);
        }
        for (var found : FieldStates.istio().found(resource)) {
            if (found.state() instanceof FieldState.Refused refused) {
                violations.add(
                        new Violation.Forbidden(found.path(), refused.why(), refused.cure()));
            }
        }
        return List.copyOf(violations);
    }

    /// Shape and rules together, in that order: what an API asks of a resource. Of one place the
    /// shape's complaint is told, not what the rules make of it then.
    public static List<Violation> checkAll(KindSchema schema, Resource resource) {
        var violations = new ArrayList<>(SchemaCheck.check(schema, resource.body()));
        var shape = List.copyOf(violations);
        for (var violation : check(resource)) {
            if (shape.stream().noneMatch(s -> covers(s, violation))) {
                violations.add(violation);
            }
        }
        return List.copyOf(violations);
    }

    private static boolean covers(Violation shape, Violation rule) {
        if (shape instanceof Violation.UnknownField unknown && unknown.nearest() != null) {
            var owner = unknown.path().lastIndexOf('.');
            var meant =
                    SchemaCheck.join(
                            owner < 0 ? "" : unknown.path().substring(0, owner), unknown.nearest());
            return isAt(rule.path(), meant);
        }
        return isAt(rule.path(), shape.path());
    }

    private static boolean isAt(String path, String place) {
        return path.equals(place) || path.startsWith(place + ".") || path.startsWith(place + "[");
    }
}
