package dev.serin.conformance.differential;

import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/// What came of a scenario.
///
/// @param differences all of them, listed or not
/// @param refusals what our proxy refused, in its own words
record Played(List<Difference> differences, List<String> refusals) {

    /// Differences that are not meant.
    List<Difference> unlisted(Predicate<Difference> listed) {
        return differences.stream().filter(listed.negate()).toList();
    }

    /// How a test says that these are not meant.
    String shown(String scenario, List<Difference> unlisted) {
        return scenario
                + ":\n"
                + unlisted.stream().map(Difference::toString).collect(Collectors.joining("\n"))
                + (refusals.isEmpty() ? "" : "\n  we refused:\n    " + refusals);
    }
}
