package dev.serin.config.check;

import static dev.serin.config.check.MetadataRules.complain;

import java.util.List;

/// What a Sidecar must keep.
final class SidecarRules {
    private SidecarRules() {}

    static void check(Place body) {
        var spec = body.at("spec");
        MetadataRules.labels(spec.at("workloadSelector"), "labels");
        for (var listener : spec.elements("egress")) {
            if (listener.size("hosts") == 0) {
                listener.missing("hosts", "what is called, such as ./* for the own namespace");
            }
            listener.each("hosts", SidecarRules::host);
        }
    }

    private static void host(Place host) {
        var text = host.text();
        var slash = text.indexOf('/');
        if (slash < 0) {
            host.bad("must be namespace/host", "write */" + text + " for any namespace");
            return;
        }
        var namespace = text.substring(0, slash);
        if (!List.of("*", ".", "~").contains(namespace)) {
            complain(host, Names.label(namespace));
        }
        complain(host, Names.host(text.substring(slash + 1)));
    }
}
