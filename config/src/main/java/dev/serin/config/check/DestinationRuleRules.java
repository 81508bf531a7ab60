package dev.serin.config.check;

import static dev.serin.config.check.MetadataRules.complain;

import java.util.HashSet;
import java.util.List;

/// What a DestinationRule must keep.
final class DestinationRuleRules {
    private DestinationRuleRules() {}

    static void check(Place body) {
        var spec = body.at("spec");
        if (!spec.exists()) {
            body.missing("spec", "what the DestinationRule says");
            return;
        }
        var host = spec.at("host");
        if (host.exists()) {
            complain(host, Names.host(host.text()));
        }
        spec.each("exportTo", VirtualServiceRules::exportTo);
        TrafficPolicyRules.check(spec.at("trafficPolicy"));
        var names = new HashSet<String>();
        for (var subset : spec.elements("subsets")) {
            var name = subset.at("name");
            if (name.exists()) {
                complain(name, Names.label(name.text()));
                if (!names.add(name.text())) {
                    name.bad("must be there once", "rename one of the two subsets");
                }
            }
            MetadataRules.labels(subset, "labels");
            TrafficPolicyRules.check(subset.at("trafficPolicy"));
        }
        var selector = spec.at("workloadSelector");
        if (selector.exists()) {
            MetadataRules.labels(selector, "matchLabels");
            if (selector.size("matchLabels") == 0) {
                selector.missing("matchLabels", "labels of the callers");
            }
        }
        for (var exported : spec.elements("exportTo")) {
            if (selector.exists() && !List.of(".").contains(exported.text())) {
                exported.bad("must be . where there is a workloadSelector");
            }
        }
    }
}
