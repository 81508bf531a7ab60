package dev.serin.inference.rest;

import java.util.List;

/// Writes the answers to classify and regress requests.
public final class ResultsAnswer {
    private ResultsAnswer() {}

    /// One class of an example.
    public record Score(String label, float score) {}

    /// @param examples the classes of each example
    public static byte[] classes(List<List<Score>> examples) {
        var json = new PrettyJson();
        json.openObject();
        json.name("results");
        json.openList();
        for (var example : examples) {
            json.oneLine(true);
            json.openList();
            for (var score : example) {
                json.openList();
                json.string(score.label());
                json.decimal(score.score());
                json.closeList();
            }
            json.closeList();
            json.oneLine(false);
        }
        json.closeList();
        json.closeObject();
        return json.bytes();
    }

    /// @param values one an example
    public static byte[] regressions(List<Float> values) {
        var json = new PrettyJson();
        json.openObject();
        json.name("results");
        json.oneLine(true);
        json.openList();
        values.forEach(value -> json.decimal(value));
        json.closeList();
        json.closeObject();
        return json.bytes();
    }
}
