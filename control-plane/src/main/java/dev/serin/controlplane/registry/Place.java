package dev.serin.controlplane.registry;

import dev.serin.config.kubernetes.Node;

import org.jspecify.annotations.Nullable;

/// Where in the world something runs; parts that are not known are empty.
public record Place(String region, String zone, String subzone) {
    public static final Place UNKNOWN = new Place("", "", "");
    private static final String SUBZONE = "topology.istio.io/subzone";

    /// That of a machine, by its labels.
    public static Place of(Node node) {
        return new Place(
                node.region(), node.zone(), node.metadata().labels().getOrDefault(SUBZONE, ""));
    }

    /// That of an endpoint whose slice says a zone of its own.
    static Place of(@Nullable Node node, String zone) {
        var place = node == null ? UNKNOWN : of(node);
        return zone.isEmpty() ? place : new Place(place.region, zone, place.subzone);
    }

    /// Whether a pattern as in `region/zone/subzone`, `region/*` or `*` covers this.
    public boolean isIn(String pattern) {
        if (pattern.isEmpty() || pattern.equals("*")) {
            return true;
        }
        var parts = pattern.split("/", 3);
        var mine = new String[] {region, zone, subzone};
        for (var i = 0; i < parts.length; i++) {
            if (parts[i].equals("*")) {
                return true;
            }
            if (!parts[i].equals(mine[i])) {
                return false;
            }
        }
        return true;
    }

    /// How far away `other` is: 0 in the same sub-zone, 1 zone, 2 region, 3 elsewhere.
    public int distance(Place other) {
        if (!region.equals(other.region)) {
            return 3;
        }
        if (!zone.equals(other.zone)) {
            return 2;
        }
        return subzone.equals(other.subzone) ? 0 : 1;
    }

    public boolean isUnknown() {
        return region.isEmpty() && zone.isEmpty() && subzone.isEmpty();
    }

    @Override
    public String toString() {
        return region + "/" + zone + "/" + subzone;
    }
}
