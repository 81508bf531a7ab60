package dev.serin.proxy.fields;

import java.util.Set;

/// A field on the list.
///
/// @param values the only ones that it may have, as JSON shows them; empty for any
/// @param why it is without effect here, and no loss; empty for a field that is read
record Listed(Set<String> values, String why) {
    static final Listed READ = new Listed(Set.of(), "");

    boolean takes(String value) {
        return values.isEmpty() || values.contains(value);
    }
}
