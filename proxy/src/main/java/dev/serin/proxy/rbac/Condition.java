package dev.serin.proxy.rbac;

import java.util.List;

/// A permission or a principal.
@FunctionalInterface
interface Condition {
    boolean test(Visit visit);

    static Condition all(List<Condition> parts) {
        if (parts.size() == 1) {
            return parts.getFirst();
        }
        return visit -> {
            for (var part : parts) {
                if (!part.test(visit)) {
                    return false;
                }
            }
            return true;
        };
    }

    static Condition any(List<Condition> parts) {
        if (parts.size() == 1) {
            return parts.getFirst();
        }
        return visit -> {
            for (var part : parts) {
                if (part.test(visit)) {
                    return true;
                }
            }
            return false;
        };
    }

    default Condition not() {
        return visit -> !test(visit);
    }
}
