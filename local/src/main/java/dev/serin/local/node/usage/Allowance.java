package dev.serin.local.node.usage;

import dev.serin.local.controllers.Quantity;

import tools.jackson.databind.JsonNode;

/// What a container or a pod asks for and may use, as its `resources` say it.
///
/// @param request thousandths of a core that it has when all want more
/// @param limit thousandths of a core, 0 for as many as there are
/// @param bytes of memory, 0 for as much as there is
public record Allowance(long request, long limit, long bytes) {
    /// Where nothing is said.
    static final Allowance NONE = new Allowance(0, 0, 0);

    private static final long LEAST_SHARES = 2;
    private static final long MOST_SHARES = 262_144;
    private static final long LEAST_QUOTA = 1000;

    /// Over which the limit of CPU is counted, in microseconds.
    static final long PERIOD = 100_000;

    /// @param resources of a container; a limit is a request too where none is written
    static Allowance of(JsonNode resources) {
        var limits = resources.path("limits");
        var asked = resources.path("requests").path("cpu").asString("");
        var most = limits.path("cpu").asString("");
        return new Allowance(
                milli(asked.isEmpty() ? most : asked),
                milli(most),
                (long) Quantity.value(limits.path("memory").asString("")));
    }

    /// Of a pod: its own words, or what its containers ask together; those before the others run
    /// one at a time.
    static Allowance ofPod(JsonNode pod) {
        var own = of(pod.path("resources"));
        long together = 0;
        for (var container : pod.path("containers")) {
            together += of(container.path("resources")).request;
        }
        long before = 0;
        for (var container : pod.path("initContainers")) {
            before = Math.max(before, of(container.path("resources")).request);
        }
        return new Allowance(
                own.request > 0 ? own.request : Math.max(together, before), own.limit, own.bytes);
    }

    /// Whether there is anything to be enforced.
    public static boolean limits(JsonNode container) {
        var limits = of(container.path("resources"));
        return limits.limit > 0 || limits.bytes > 0;
    }

    private static long milli(String cpu) {
        return Math.round(Quantity.value(cpu) * 1000);
    }

    /// Of version 1: 1024 for a core.
    long shares() {
        return Math.clamp(request * 1024 / 1000, LEAST_SHARES, MOST_SHARES);
    }

    /// Of version 2, from 1 to 10000, over the same range.
    long weight() {
        return 1 + (shares() - LEAST_SHARES) * 9999 / (MOST_SHARES - LEAST_SHARES);
    }

    /// Microseconds of CPU in each period; -1 without a limit.
    long quota() {
        return limit == 0 ? -1 : Math.max(LEAST_QUOTA, limit * PERIOD / 1000);
    }
}
