package dev.serin.proxy.route;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The routes of a virtual host in their order, where runs of exact paths are found by one look-up.
/// Immutable.
final class RouteIndex {
    /// Shorter runs are as fast one by one.
    private static final int RUN = 6;

    private final List<Step> steps;

    /// What is tried at once: a route, or a run of routes for exact paths.
    private record Step(@Nullable Route one, Map<String, List<Route>> exact) {}

    RouteIndex(List<Route> routes) {
        var made = new ArrayList<Step>();
        for (var from = 0; from < routes.size(); ) {
            var to = from;
            while (to < routes.size() && exact(routes.get(to)) != null) {
                to++;
            }
            if (to - from >= RUN) {
                made.add(new Step(null, byPath(routes.subList(from, to))));
                from = to;
            } else {
                made.add(new Step(routes.get(from++), Map.of()));
            }
        }
        steps = List.copyOf(made);
    }

    private static @Nullable String exact(Route route) {
        return route.match().path() instanceof PathMatch.Exact exact && !exact.fold()
                ? exact.wanted()
                : null;
    }

    private static Map<String, List<Route>> byPath(List<Route> routes) {
        var exact = new HashMap<String, List<Route>>();
        for (var route : routes) {
            var path = exact(route);
            if (path != null) {
                exact.computeIfAbsent(path, _ -> new ArrayList<>(1)).add(route);
            }
        }
        return exact;
    }

    /// The first route that takes the request; null if none does.
    ///
    /// @param end where the path's query begins, or its length
    @Nullable Route first(RequestMatch.Asked asked, String path, int end) {
        for (var i = 0; i < steps.size(); i++) {
            var step = steps.get(i);
            var one = step.one();
            if (one == null) {
                one = first(step.exact(), asked, path, end);
                if (one != null) {
                    return one;
                }
            } else if (one.match().test(asked, path, end)) {
                return one;
            }
        }
        return null;
    }

    private static @Nullable Route first(
            Map<String, List<Route>> exact, RequestMatch.Asked asked, String path, int end) {
        var found = exact.get(end == path.length() ? path : path.substring(0, end));
        if (found != null) {
            for (var route : found) {
                if (route.match().test(asked, path, end)) {
                    return route;
                }
            }
        }
        return null;
    }
}
