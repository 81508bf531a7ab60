package dev.serin.proxy.route.retry;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;

import dev.serin.proxy.upstream.Host;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;
import java.util.Set;

/// Which host a retry rather has: `retry_host_predicate`, `retry_priority` and
/// `host_selection_retry_max_attempts` of Envoy's RetryPolicy. Immutable.
///
/// @param previous whether hosts that were tried are avoided
/// @param canaries whether canaries are avoided
/// @param omitted metadata under `envoy.lb` whose hosts are avoided, each all together; may be
///   empty
/// @param priorityEvery after every so many attempts the priorities that were tried are left out; 0
///   for never
/// @param repicks how often a pick is repeated
public record HostChoice(
        boolean previous,
        boolean canaries,
        List<Map<String, Value>> omitted,
        int priorityEvery,
        int repicks) {
    static final HostChoice NONE = new HostChoice(false, false, List.of(), 0, 1);

    /// Whether there is anything to look at but the hosts' having been tried.
    public boolean looksAtMetadata() {
        return canaries || !omitted.isEmpty();
    }

    /// Whether a retry would rather have another host.
    public boolean avoids(Host host, Set<Host> tried) {
        if (previous && tried.contains(host)) {
            return true;
        }
        return looksAtMetadata() && omits(host.metadata().get("envoy.lb"));
    }

    private boolean omits(@Nullable Struct metadata) {
        if (metadata == null) {
            return false;
        }
        var fields = metadata.getFieldsMap();
        if (canaries) {
            var canary = fields.get("canary");
            if (canary != null && canary.getBoolValue()) {
                return true;
            }
        }
        for (var wanted : omitted) {
            if (fields.entrySet().containsAll(wanted.entrySet())) {
                return true;
            }
        }
        return false;
    }
}
