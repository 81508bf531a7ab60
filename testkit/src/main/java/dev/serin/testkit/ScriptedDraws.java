package dev.serin.testkit;

import dev.serin.base.chance.Draw;
import dev.serin.base.chance.Draws;

import java.util.ArrayDeque;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;

/// Chance for tests: decisions that were scripted answer in order, the others come from one seed,
/// which a failing test should print.
public final class ScriptedDraws implements Draws {
    private final Map<String, Queue<Integer>> scripts = new ConcurrentHashMap<>();
    private final Random random;

    public ScriptedDraws(long seed) {
        random = new Random(seed);
    }

    /// Makes the next draws of `decision` these values.
    public ScriptedDraws script(String decision, int... values) {
        var queue = scripts.computeIfAbsent(decision, _ -> new ArrayDeque<>());
        for (var value : values) {
            queue.add(value);
        }
        return this;
    }

    @Override
    public Draw named(String decision) {
        return bound -> next(decision, bound);
    }

    private synchronized int next(String decision, int bound) {
        var queue = scripts.get(decision);
        var scripted = queue == null ? null : queue.poll();
        return scripted == null ? random.nextInt(bound) : Math.floorMod(scripted, bound);
    }
}
