package dev.serin.config.codec;

import java.util.HashMap;
import java.util.Map;

/// Where in a text each JSON path of a document stands: a field at its key, an element at its
/// value.
public final class Positions {
    private final Map<String, Position> places = new HashMap<>();
    private final Position start;

    /// @param start of the document
    Positions(Position start) {
        this.start = start;
    }

    void put(String path, Position place) {
        places.put(path, place);
    }

    /// Where the path stands, or what is nearest above it: so a missing field is shown at its
    /// owner.
    public Position at(String path) {
        var rest = path;
        while (!rest.isEmpty()) {
            var place = places.get(rest);
            if (place != null) {
                return place;
            }
            rest =
                    rest.substring(
                            0, Math.max(0, Math.max(rest.lastIndexOf('.'), rest.lastIndexOf('['))));
        }
        return start;
    }

    /// The same places, counted from `path`, which is then the document: for the items of a List.
    Positions below(String path) {
        var below = new Positions(at(path));
        places.forEach((p, place) -> {
            if (p.startsWith(path + ".")) {
                below.put(p.substring(path.length() + 1), place);
            }
        });
        return below;
    }
}
