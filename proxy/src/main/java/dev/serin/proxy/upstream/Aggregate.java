package dev.serin.proxy.upstream;

import dev.serin.base.chance.Draw;
import dev.serin.proxy.upstream.balance.HostSet;
import dev.serin.proxy.upstream.balance.LinearPriorities;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/// A cluster that stands for others: which of them is to take a request, by the health of their
/// priorities. Any worker.
public final class Aggregate {
    private final List<String> names;
    private final int panicPercent;
    private final Draw draw;
    private volatile Line line = new Line(List.of(), new LinearPriorities(List.of(), 0));

    /// Made when one of its parts had changed.
    private record Line(List<Part> parts, LinearPriorities priorities) {}

    private record Part(LiveCluster cluster, List<HostSet> sets) {}

    /// A cluster of those that are stood for.
    ///
    /// @param at the place of its priority in the line of all
    /// @param priority to be asked of it, as PickContext's `forcedPriority`
    public record Member(int at, LiveCluster cluster, int priority) {}

    Aggregate(List<String> names, int panicPercent, Draw draw) {
        this.names = names;
        this.panicPercent = panicPercent;
        this.draw = draw;
    }

    /// Null if none of them is there.
    ///
    /// @param known clusters that are in use, by name
    /// @param tried places in the line that are left out, a bit each; 0 for none
    public @Nullable Member choose(Function<String, @Nullable LiveCluster> known, int tried) {
        var present = new ArrayList<Part>(names.size());
        for (var name : names) {
            var cluster = known.apply(name);
            if (cluster != null) {
                present.add(new Part(cluster, cluster.sets()));
            }
        }
        var now = line;
        if (!same(now.parts(), present)) {
            now =
                    new Line(
                            present,
                            new LinearPriorities(
                                    present.stream().map(Part::sets).toList(), panicPercent));
            line = now;
        }
        if (now.priorities().isEmpty()) {
            return null;
        }
        var choice = now.priorities().choose(draw.below(100), tried);
        var cluster = now.parts().get(choice.cluster()).cluster();
        return new Member(choice.at(), cluster, choice.priority());
    }

    @SuppressWarnings("ReferenceEquality") // another set of hosts is another object
    private static boolean same(List<Part> some, List<Part> others) {
        if (some.size() != others.size()) {
            return false;
        }
        for (var i = 0; i < some.size(); i++) {
            if (some.get(i).cluster() != others.get(i).cluster()
                    || some.get(i).sets() != others.get(i).sets()) {
                return false;
            }
        }
        return true;
    }
}
