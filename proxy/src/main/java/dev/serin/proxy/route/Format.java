package dev.serin.proxy.route;

import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.format.Entry;
import dev.serin.proxy.format.LineFormat;

import java.util.function.Supplier;

/// A header's value with Envoy's command operators in it, such as `%REQ(x-name)%`. What an operator
/// does not find is nothing.
sealed interface Format {
    /// @param of the stream as it is now; asked only where the text depends on it
    String text(Supplier<Entry> of);

    /// @throws ConfigProblem naming the operator if it is not known
    static Format of(String text) throws ConfigProblem {
        if (text.indexOf('%') < 0) {
            return new Literal(text);
        }
        try {
            return new Made(LineFormat.text(text, true));
        } catch (ConfigProblem e) {
            throw new ConfigProblem("header.value", e.reason());
        }
    }

    /// Always the same.
    record Literal(String text) implements Format {
        @Override
        public String text(Supplier<Entry> of) {
            return text;
        }
    }

    /// Made for each stream.
    record Made(LineFormat format) implements Format {
        @Override
        public String text(Supplier<Entry> of) {
            var out = new StringBuilder();
            format.print(of.get(), out);
            return out.toString();
        }
    }
}
