package dev.serin.proxy.upstream.balance;

import java.util.ArrayList;
import java.util.List;

/// The priorities of several clusters in one line, those of the first cluster before those of the
/// second. Immutable. As Envoy's aggregate cluster.
public final class LinearPriorities {
    private final List<HostSet> line = new ArrayList<>();
    private final int panicPercent;
    private final PriorityLoad load;
    private final List<Place> places = new ArrayList<>();

    /// Where in the line's clusters a priority belongs.
    private record Place(int cluster, int priority) {}

    /// @param clusters the priorities of each
    public LinearPriorities(List<List<HostSet>> clusters, int panicPercent) {
        this.panicPercent = panicPercent;
        for (var i = 0; i < clusters.size(); i++) {
            for (var priority = 0; priority < clusters.get(i).size(); priority++) {
                var set = clusters.get(i).get(priority);
                if (set.hosts().all().length > 0) {
                    line.add(set);
                    places.add(new Place(i, priority));
                }
            }
        }
        load = PriorityLoad.of(line, panicPercent);
    }

    /// Whose turn it is; each in its share.
    ///
    /// @param draw at least 0
    /// @param tried places in the line that are left out, a bit each; 0 for none
    public Choice choose(int draw, int tried) {
        var shares = tried == 0 ? load : PriorityLoad.of(line, panicPercent, tried);
        var chosen = shares.choose(draw);
        var at = chosen & ~PriorityLoad.DEGRADED;
        var place = places.get(at);
        return new Choice(at, place.cluster(), place.priority() | chosen & PriorityLoad.DEGRADED);
    }

    /// @param at its place in the line
    /// @param cluster whose it is
    /// @param priority to be asked of it, as [PickContext#forcedPriority()]
    public record Choice(int at, int cluster, int priority) {}

    /// Whether there is none to choose.
    public boolean isEmpty() {
        return places.isEmpty();
    }
}
