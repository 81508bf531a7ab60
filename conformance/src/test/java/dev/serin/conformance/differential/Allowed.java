package dev.serin.conformance.differential;

import dev.serin.conformance.differential.scenario.Tree;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/// A difference that is meant, as `differences.yaml` lists it; `*` stands for any text.
///
/// @param sometimes whether it also need not occur, since it depends on who is faster
record Allowed(
        Pattern scenario,
        Pattern fact,
        Pattern ours,
        Pattern envoy,
        boolean sometimes,
        String shown) {

    static List<Allowed> read(Path file) {
        try {
            return Tree.read(file.getFileName().toString(), Files.readString(file))
                    .trees("differences")
                    .stream()
                    .map(Allowed::of)
                    .toList();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Allowed of(Tree tree) {
        tree.only("scenario", "fact", "ours", "envoy", "why", "sometimes");
        if (tree.text("why", "").isBlank()) {
            throw new IllegalArgumentException(tree.where() + ": a difference needs its reason");
        }
        return new Allowed(
                glob(tree.text("scenario", "*")),
                glob(tree.text("fact", "*")),
                glob(tree.text("ours", "*")),
                glob(tree.text("envoy", "*")),
                tree.text("sometimes", "").equals("true"),
                tree.where() + ": " + tree.json());
    }

    static Pattern glob(String text) {
        return Pattern.compile(Pattern.quote(text).replace("*", "\\E.*\\Q"), Pattern.DOTALL);
    }

    boolean covers(Difference difference) {
        return scenario.matcher(difference.scenario()).matches()
                && fact.matcher(difference.fact()).matches()
                && ours.matcher(difference.ours()).matches()
                && envoy.matcher(difference.envoy()).matches();
    }
}
