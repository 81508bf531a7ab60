package dev.serin.conformance.endtoend;

import java.util.Map;
import java.util.TreeMap;

/// What Load.java printed: how often which answer came, and when.
record Answers(Map<String, Seen> byAnswer, long total) {
    /// @param first millis after the start, of the first and
    /// @param last of the last such answer
    record Seen(long count, long first, long last) {}

    static Answers parse(String output) {
        var answers = new TreeMap<String, Seen>();
        var total = -1L;
        for (var line : output.lines().toList()) {
            var words = line.split(" ", 5);
            if (words[0].equals("ANSWER")) {
                answers.put(
                        words[4],
                        new Seen(
                                Long.parseLong(words[1]),
                                Long.parseLong(words[2]),
                                Long.parseLong(words[3])));
            } else if (words[0].equals("DONE")) {
                total = Long.parseLong(words[1]);
            }
        }
        if (total < 0) {
            throw new AssertionError("the load did not end:\n" + output);
        }
        return new Answers(answers, total);
    }

    long of(String answer) {
        var seen = byAnswer.get(answer);
        return seen == null ? 0 : seen.count();
    }
}
