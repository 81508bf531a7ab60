package dev.serin.local.node.sandbox;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;

import java.util.HashSet;
import java.util.Set;

/// The pods' addresses, 10.244.0.2 to 10.244.255.254. Goes round, so that one that was freed is not
/// given again soon, when a connection or a name may still lead to it. Safe for any thread.
public final class Addresses {
    private static final int LAST = 256 * 256 - 2;

    private final Set<Integer> taken = new HashSet<>();
    private int next = 2;

    public synchronized String take() {
        for (int tried = 0; tried < LAST; tried++) {
            var candidate = next;
            next = next >= LAST ? 2 : next + 1;
            var low = candidate % 256;
            if (low != 0 && low != 255 && taken.add(candidate)) {
                return text(candidate);
            }
        }
        throw new ProblemException(
                Problem.of("pod network 10.244.0.0/16", "no address is free", "delete some pods"));
    }

    public synchronized void free(String address) {
        var parts = address.split("\\.");
        taken.remove(Integer.parseInt(parts[2]) * 256 + Integer.parseInt(parts[3]));
    }

    private static String text(int number) {
        return "10.244." + number / 256 + "." + number % 256;
    }
}
