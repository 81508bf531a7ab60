package dev.serin.local.controllers.storage;

import dev.serin.config.Resource;
import dev.serin.local.controllers.Quantity;
import dev.serin.local.controllers.Selection;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;

import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Which of the volumes that are there fits a claim. Pure.
final class Fit {
    private Fit() {}

    /// The one that is kept for it, or the smallest that is free and large enough; null for none.
    static @Nullable Resource smallest(Resource claim, List<Resource> volumes) {
        var kept = volumes.stream().filter(v -> ClaimController.isOf(v, claim)).findFirst();
        return kept.or(() ->
                        volumes.stream()
                                .filter(v -> fits(v, claim))
                                .min(Comparator.comparingDouble(Fit::size)))
                .orElse(null);
    }

    private static double size(Resource volume) {
        return Quantity.value(volume.spec().at("/capacity/storage").asString("0"));
    }

    private static boolean fits(Resource volume, Resource claim) {
        var has = volume.spec();
        var wants = claim.spec();
        var selector = wants.path("selector");
        return !has.has("claimRef")
                && !volume.metadata().has("deletionTimestamp")
                && same(has, wants, "storageClassName", "")
                && same(has, wants, "volumeMode", "Filesystem")
                && words(has.path("accessModes")).containsAll(words(wants.path("accessModes")))
                && size(volume)
                        >= Quantity.value(wants.at("/resources/requests/storage").asString("0"))
                && (selector.isEmpty() || Selection.of(claim).selects(volume));
    }

    private static boolean same(JsonNode has, JsonNode wants, String field, String absent) {
        return has.path(field).asString(absent).equals(wants.path(field).asString(absent));
    }

    private static Set<String> words(JsonNode list) {
        var all = new HashSet<String>();
        list.forEach(word -> all.add(word.asString("")));
        return all;
    }
}
