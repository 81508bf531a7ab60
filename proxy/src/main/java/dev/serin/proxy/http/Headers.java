package dev.serin.proxy.http;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/// Header fields in the order they came: names in lower case, a name may repeat. Owned by one
/// stream's event loop. Look-ups are linear, which is right for the dozens that a message has.
public final class Headers {
    private String[] names;
    private String[] values;
    private int size;
    private @Nullable Spellings spellings;

    public Headers() {
        this(16);
    }

    public Headers(int capacity) {
        names = new String[capacity];
        values = new String[capacity];
    }

    /// How names are to be written where that is not as usual; null for as usual.
    public @Nullable Spellings spellings() {
        return spellings;
    }

    public void spellings(Spellings kept) {
        spellings = kept;
    }

    public int size() {
        return size;
    }

    public String name(int index) {
        return names[index];
    }

    public String value(int index) {
        return values[index];
    }

    /// The first value of `name` (lower case), or null.
    public @Nullable String get(String name) {
        var at = indexOf(name, 0);
        return at < 0 ? null : values[at];
    }

    public boolean has(String name) {
        return indexOf(name, 0) >= 0;
    }

    /// Every value of `name` joined by commas, as a list-valued field is read; null if there is
    /// none.
    public @Nullable String joined(String name) {
        var at = indexOf(name, 0);
        if (at < 0) {
            return null;
        }
        var next = indexOf(name, at + 1);
        if (next < 0) {
            return values[at];
        }
        var all = new StringBuilder(values[at]);
        for (; next >= 0; next = indexOf(name, next + 1)) {
            all.append(',').append(values[next]);
        }
        return all.toString();
    }

    /// The place of the first `name` at or after `from`, or -1.
    public int indexOf(String name, int from) {
        for (var i = from; i < size; i++) {
            if (names[i].equals(name)) {
                return i;
            }
        }
        return -1;
    }

    /// Appends a field; `name` is in lower case.
    public Headers add(String name, String value) {
        if (size == names.length) {
            names = Arrays.copyOf(names, size * 2);
            values = Arrays.copyOf(values, size * 2);
        }
        names[size] = name;
        values[size++] = value;
        return this;
    }

    /// Makes `value` the only value of `name`.
    public Headers set(String name, String value) {
        var at = indexOf(name, 0);
        if (at < 0) {
            return add(name, value);
        }
        values[at] = value;
        removeFrom(name, at + 1);
        return this;
    }

    /// Replaces the value at `index`.
    public void setValue(int index, String value) {
        values[index] = value;
    }

    public boolean remove(String name) {
        var at = indexOf(name, 0);
        if (at < 0) {
            return false;
        }
        removeFrom(name, at);
        return true;
    }

    /// Removes the field at `index`; later ones move up.
    public void removeAt(int index) {
        var moved = --size - index;
        System.arraycopy(names, index + 1, names, index, moved);
        System.arraycopy(values, index + 1, values, index, moved);
    }

    private void removeFrom(String name, int from) {
        var kept = from;
        for (var i = from; i < size; i++) {
            if (!names[i].equals(name)) {
                names[kept] = names[i];
                values[kept++] = values[i];
            }
        }
        size = kept;
    }

    /// Makes the fields those of `other`.
    void replace(Headers other) {
        names = Arrays.copyOf(other.names, other.names.length);
        values = Arrays.copyOf(other.values, other.values.length);
        size = other.size;
    }

    public Headers copy() {
        var copy = new Headers(Math.max(size, 4));
        System.arraycopy(names, 0, copy.names, 0, size);
        System.arraycopy(values, 0, copy.values, 0, size);
        copy.size = size;
        copy.spellings = spellings;
        return copy;
    }

    /// The octets that these fields take as HTTP/1.1 lines.
    public long bytes() {
        var sum = 0L;
        for (var i = 0; i < size; i++) {
            sum += names[i].length() + values[i].length() + 4;
        }
        return sum;
    }

    @Override
    public String toString() {
        var text = new StringBuilder();
        for (var i = 0; i < size; i++) {
            text.append(names[i]).append(": ").append(values[i]).append('\n');
        }
        return text.toString();
    }
}
