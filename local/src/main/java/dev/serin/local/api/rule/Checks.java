package dev.serin.local.api.rule;

import dev.serin.config.Resource;
import dev.serin.local.api.Refusal.Cause;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.node.ObjectNode;

import java.util.List;
import java.util.Map;

/// What the API itself checks of a kind, in Kubernetes' own words; a kind that is not here is
/// checked by the rules of files alone. A new kind is a line in the table.
final class Checks {
    private static final Map<String, Check> KINDS =
            Map.ofEntries(
                    Map.entry("statefulsets.apps", WorkloadChecks::statefulSet),
                    Map.entry("daemonsets.apps", WorkloadChecks::daemonSet),
                    Map.entry("jobs.batch", WorkloadChecks::job),
                    Map.entry("cronjobs.batch", WorkloadChecks::cronJob),
                    Map.entry("poddisruptionbudgets.policy", PolicyChecks::budget),
                    Map.entry("horizontalpodautoscalers.autoscaling", PolicyChecks::scaler),
                    Map.entry("ingresses.networking.k8s.io", PolicyChecks::ingress),
                    Map.entry("persistentvolumeclaims", PolicyChecks::claim),
                    Map.entry("persistentvolumes", PolicyChecks::volume),
                    Map.entry("storageclasses.storage.k8s.io", PolicyChecks::storageClass),
                    Map.entry("priorityclasses.scheduling.k8s.io", PolicyChecks::priority));

    private Checks() {}

    private interface Check {
        void of(ObjectNode body, @Nullable Resource old, Complaints complaints);
    }

    /// Adds to the causes; of one field these words count, not those that are there.
    static void check(String family, ObjectNode body, @Nullable Resource old, List<Cause> causes) {
        var check = KINDS.get(family);
        if (check != null) {
            var complaints = new Complaints();
            check.of(body, old, complaints);
            causes.removeIf(there ->
                    complaints.causes().stream().anyMatch(c -> c.field().equals(there.field())));
            causes.addAll(complaints.causes());
        }
    }
}
