package dev.serin.config.istio;

import dev.serin.config.codec.Cursor;

import java.util.List;
import java.util.Map;

/// What is done to the headers on the way in and on the way out.
public record HeaderOperations(Change request, Change response) {
    /// Replaced, appended and removed headers, by name.
    public record Change(Map<String, String> set, Map<String, String> add, List<String> remove) {
        static Change from(Cursor change) {
            return new Change(
                    change.stringMap("set"), change.stringMap("add"), change.strings("remove"));
        }

        public boolean isEmpty() {
            return set.isEmpty() && add.isEmpty() && remove.isEmpty();
        }
    }

    static HeaderOperations from(Cursor headers) {
        return new HeaderOperations(
                Change.from(headers.at("request")), Change.from(headers.at("response")));
    }
}
