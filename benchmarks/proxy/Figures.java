import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/// What was measured for one row, round by round and proxy by proxy.
final class Figures {
    /// One proxy in one round. NaN where it was not measured.
    record Figure(double cpu, double perSecond, double busy, double rss, double p50, double p99) {}

    final Row row;
    /// Why a proxy has no figures.
    final Map<String, String> missing = new HashMap<>();
    private final Map<String, List<Figure>> rounds = new HashMap<>();
    double rate = Double.NaN;

    Figures(Row row) {
        this.row = row;
    }

    void add(String peer, Load.Saturated saturated, Load.Steady steady) {
        rounds.computeIfAbsent(peer, _ -> new ArrayList<>())
                .add(new Figure(
                        saturated.cpuMicros(), saturated.perSecond(), saturated.busy(), saturated.rss(), steady.p50(), steady.p99()));
    }

    boolean has(String peer) {
        return rounds.containsKey(peer) && !missing.containsKey(peer);
    }

    Spread of(String peer, ToDoubleFunction<Figure> what) {
        return Spread.of(rounds.getOrDefault(peer, List.of()).stream().map(what::applyAsDouble).toList());
    }

    /// Ours over `peer`'s, each pair in one round.
    Spread ratio(String peer, ToDoubleFunction<Figure> what) {
        if (!has("serin") || !has(peer)) {
            return Spread.of(List.of());
        }
        var ours = rounds.get("serin");
        var theirs = rounds.get(peer);
        var ratios = new ArrayList<Double>();
        for (var i = 0; i < Math.min(ours.size(), theirs.size()); i++) {
            ratios.add(what.applyAsDouble(ours.get(i)) / what.applyAsDouble(theirs.get(i)));
        }
        return Spread.of(ratios);
    }
}
