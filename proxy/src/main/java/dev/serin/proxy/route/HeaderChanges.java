package dev.serin.proxy.route;

import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.format.Entry;
import dev.serin.proxy.http.Headers;

import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/// Headers that one level of the routes adds to and removes from a head. Immutable.
///
/// @param changes those that overwrite before those that add, since they are done in this order
public record HeaderChanges(List<Change> changes, List<String> removed) {
    public static final HeaderChanges NONE = new HeaderChanges(List.of(), List.of());

    /// What happens to a header that is there already.
    public enum Mode {
        OVERWRITE,
        OVERWRITE_IF_PRESENT,
        APPEND,
        IF_ABSENT
    }

    /// One header. @param keepEmpty whether it is set though its value came out empty
    record Change(String name, Format value, Mode mode, boolean keepEmpty) {
        /// What to set, by the headers as they are before any change; null for nothing.
        @Nullable String wanted(Headers headers, Supplier<Entry> stream) {
            if (mode == Mode.IF_ABSENT && headers.has(name)
                    || mode == Mode.OVERWRITE_IF_PRESENT && !headers.has(name)) {
                return null;
            }
            var text = value.text(stream);
            return text.isEmpty() && !keepEmpty ? null : text;
        }

        void set(Headers headers, String text) {
            switch (mode) {
                case OVERWRITE, OVERWRITE_IF_PRESENT -> headers.set(name, text);
                case APPEND, IF_ABSENT -> headers.add(name, text);
            }
        }
    }

    /// @throws ConfigProblem naming what cannot be done
    public static HeaderChanges of(List<HeaderValueOption> added, List<String> removed)
            throws ConfigProblem {
        if (added.isEmpty() && removed.isEmpty()) {
            return NONE;
        }
        var changes = new ArrayList<Change>();
        for (var option : added) {
            changes.add(
                    new Change(
                            changeable(option.getHeader().getKey()),
                            Format.of(option.getHeader().getValue()),
                            mode(option),
                            option.getKeepEmptyValue()));
        }
        changes.sort(Comparator.comparing(c -> c.mode().compareTo(Mode.APPEND) >= 0));
        var names = new ArrayList<String>();
        for (var name : removed) {
            names.add(changeable(name));
        }
        return new HeaderChanges(List.copyOf(changes), List.copyOf(names));
    }

    private static String changeable(String name) throws ConfigProblem {
        var lower = name.toLowerCase(Locale.ROOT);
        if (lower.startsWith(":") || lower.equals("host")) {
            throw new ConfigProblem(
                    "header",
                    "'" + name + "' cannot be changed so; the route rewrites host and path");
        }
        return lower;
    }

    @SuppressWarnings("deprecation") // Istio still sends `append`
    private static Mode mode(HeaderValueOption option) throws ConfigProblem {
        if (option.hasAppend()) {
            if (option.getAppendActionValue() != 0) {
                throw new ConfigProblem("append", "is set, and append_action too; only one may be");
            }
            return option.getAppend().getValue() ? Mode.APPEND : Mode.OVERWRITE;
        }
        return switch (option.getAppendAction()) {
            case APPEND_IF_EXISTS_OR_ADD -> Mode.APPEND;
            case ADD_IF_ABSENT -> Mode.IF_ABSENT;
            case OVERWRITE_IF_EXISTS_OR_ADD -> Mode.OVERWRITE;
            case OVERWRITE_IF_EXISTS -> Mode.OVERWRITE_IF_PRESENT;
            case UNRECOGNIZED -> throw new ConfigProblem("append_action", "unknown value");
        };
    }

    /// Applies them to `headers`: first what goes, then what is overwritten, then what is added;
    /// values and conditions by what is there before the last two.
    ///
    /// @param stream as it is now, for values that tell of it
    public void apply(Headers headers, Supplier<Entry> stream) {
        for (var name : removed) {
            headers.remove(name);
        }
        if (changes.size() == 1) {
            var only = changes.getFirst();
            var text = only.wanted(headers, stream);
            if (text != null) {
                only.set(headers, text);
            }
            return;
        }
        var texts = new @Nullable String[changes.size()];
        for (var i = 0; i < texts.length; i++) {
            texts[i] = changes.get(i).wanted(headers, stream);
        }
        for (var i = 0; i < texts.length; i++) {
            var text = texts[i];
            if (text != null) {
                changes.get(i).set(headers, text);
            }
        }
    }
}
