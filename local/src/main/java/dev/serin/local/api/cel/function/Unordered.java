package dev.serin.local.api.cel.function;

import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.RandomAccess;

/// A list whose order does not count when it is compared: a set, or a map by some of its fields.
/// Adding to it replaces what is the same. Of random access, since the library copies other lists.
public final class Unordered extends AbstractList<Object> implements RandomAccess {
    private final List<Object> items;
    private final List<String> keys;

    /// @param keys none for a set
    public Unordered(List<Object> items, List<String> keys) {
        this.items = items;
        this.keys = keys;
    }

    @Override
    public Object get(int index) {
        return items.get(index);
    }

    @Override
    public int size() {
        return items.size();
    }

    /// What tells an element from the others.
    Object key(Object item) {
        if (keys.isEmpty() || !(item instanceof Map<?, ?> fields)) {
            return item;
        }
        var all = new ArrayList<Object>();
        keys.forEach(k -> all.add(Objects.requireNonNullElse(fields.get(k), "")));
        return all;
    }

    boolean sameAs(List<?> other) {
        if (other.size() != size()) {
            return false;
        }
        for (var item : items) {
            if (other.stream().noneMatch(o -> Equality.same(item, o))) {
                return false;
            }
        }
        return true;
    }

    public Unordered with(List<?> more) {
        var all = new ArrayList<>(items);
        for (var item : more) {
            var place = -1;
            for (var i = 0; i < all.size() && place < 0; i++) {
                place = Equality.same(key(all.get(i)), key(item)) ? i : -1;
            }
            if (place < 0) {
                all.add(item);
            } else {
                all.set(place, item);
            }
        }
        return new Unordered(all, keys);
    }
}
