package dev.serin.local.api.rest;

import dev.serin.config.Resource;
import dev.serin.local.api.Refusal;
import dev.serin.local.api.kind.ServedKind;
import dev.serin.local.api.wire.Request;
import dev.serin.local.store.Listing;
import dev.serin.local.store.Store;
import dev.serin.local.store.TooOldException;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/// Lists, whole or page by page. Pages of one list are of one revision.
final class Lists {
    private static final JsonMapper JSON = JsonMapper.shared();

    private static final String MATCH = "resourceVersionMatch";

    private final Store store;

    Lists(Store store) {
        this.store = store;
    }

    /// @param next the token of the rest, empty when this is all
    /// @param remaining how many more there are
    record Page(long revision, List<Resource> resources, String next, int remaining) {}

    /// What is asked for in the query.
    record Filter(LabelSelector labels, FieldSelector fields) {
        static Filter of(Request request, ServedKind served) {
            return new Filter(
                    LabelSelector.parse(request.parameter("labelSelector")),
                    FieldSelector.parse(request.parameter("fieldSelector"), served));
        }

        boolean matches(Resource resource) {
            return (labels.requirements().isEmpty() || labels.matches(resource.labels()))
                    && fields.matches(resource);
        }
    }

    Page page(Request request, ServedKind stored, String namespace, Filter filter) {
        var from = request.parameter("continue");
        var place = from.isEmpty() ? null : place(from);
        var listing =
                place == null
                        ? listing(request, stored, namespace)
                        : past(stored, namespace, place.revision);
        var all = new ArrayList<Resource>(listing.resources().size());
        for (var resource : listing.resources()) {
            var after = place == null || key(resource).compareTo(place.after) > 0;
            if (after && filter.matches(resource)) {
                all.add(resource);
            }
        }
        var limit = number(request.parameter("limit"));
        if (limit <= 0 || all.size() <= limit) {
            return new Page(listing.revision(), all, "", 0);
        }
        var page = List.copyOf(all.subList(0, (int) limit));
        return new Page(
                listing.revision(),
                page,
                token(listing.revision(), key(page.getLast())),
                all.size() - page.size());
    }

    private Listing listing(Request request, ServedKind stored, String namespace) {
        checkOptions(request, false);
        var version = request.parameter("resourceVersion");
        var match = request.parameter("resourceVersionMatch");
        var asked = revision(version);
        if (match.equals("Exact")) {
            return past(stored, namespace, asked);
        }
        requireReached(asked);
        return store.list(stored.kind().family(), namespace.isEmpty() ? null : namespace);
    }

    /// What Kubernetes asks of the options together.
    ///
    /// @throws Refusal 422
    static void checkOptions(Request request, boolean watch) {
        var version = request.parameter("resourceVersion");
        var match = request.parameter("resourceVersionMatch");
        var initial = !request.parameter("sendInitialEvents").isEmpty();
        if (initial && !watch) {
            throw forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list");
        }
        if (initial && !match.equals("NotOlderThan")) {
            throw forbidden(
                    MATCH,
                    "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan");
        }
        if (match.isEmpty() || initial) {
            return;
        }
        if (watch) {
            throw forbidden(
                    MATCH,
                    "resourceVersionMatch is forbidden for watch unless sendInitialEvents is"
                            + " provided");
        }
        if (version.isEmpty()) {
            throw forbidden(
                    MATCH, "resourceVersionMatch is forbidden unless resourceVersion is provided");
        }
        if (!List.of("Exact", "NotOlderThan").contains(match)) {
            throw invalid(
                    "FieldValueNotSupported",
                    MATCH,
                    "Unsupported value: \""
                            + match
                            + "\": supported values: \"Exact\", \"NotOlderThan\", \"\"");
        }
        if (match.equals("Exact") && version.equals("0")) {
            throw forbidden(
                    MATCH, "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"");
        }
    }

    private static Refusal forbidden(String field, String why) {
        return invalid("FieldValueForbidden", field, "Forbidden: " + why);
    }

    private static Refusal invalid(String reason, String field, String message) {
        return new Refusal(
                422,
                "Invalid",
                "ListOptions.meta.k8s.io \"\" is invalid: " + field + ": " + message,
                new Refusal.Details(
                        "",
                        "meta.k8s.io",
                        "ListOptions",
                        "",
                        List.of(new Refusal.Cause(reason, message, field)),
                        0));
    }

    private Listing past(ServedKind stored, String namespace, long revision) {
        try {
            return store.list(
                    stored.kind().family(), namespace.isEmpty() ? null : namespace, revision);
        } catch (TooOldException e) {
            throw new Refusal(
                    410,
                    "Expired",
                    "The provided continue parameter is too old to display a consistent list"
                            + " result. You can start a new list without the continue parameter.");
        }
    }

    private void requireReached(long asked) {
        var current = store.revision();
        if (asked > current) {
            throw new Refusal(
                    504,
                    "Timeout",
                    "Timeout: Too large resource version: " + asked + ", current: " + current,
                    new Refusal.Details(
                            "",
                            "",
                            "",
                            "",
                            List.of(
                                    new Refusal.Cause(
                                            "ResourceVersionTooLarge",
                                            "Too large resource version",
                                            "")),
                            1));
        }
    }

    /// Zero when none is named.
    static long revision(String text) {
        if (text.isEmpty()) {
            return 0;
        }
        try {
            return Long.parseUnsignedLong(text);
        } catch (NumberFormatException e) {
            throw Refusal.badRequest(
                    "invalid resource version: resourceVersion: Invalid value: \""
                            + text
                            + "\": strconv.ParseUint: parsing \""
                            + text
                            + "\": invalid syntax");
        }
    }

    private static long number(String text) {
        try {
            return text.isEmpty() ? 0 : Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw Refusal.badRequest("strconv.ParseInt: parsing \"" + text + "\": invalid syntax");
        }
    }

    private static String key(Resource resource) {
        return resource.namespace() + "/" + resource.name();
    }

    private record Place(long revision, String after) {}

    private static String token(long revision, String after) {
        var json = JSON.createObjectNode().put("v", "meta.k8s.io/v1");
        json.put("rv", revision).put("start", after);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(JSON.writeValueAsBytes(json));
    }

    private static Place place(String token) {
        try {
            var json =
                    JSON.readTree(
                            Base64.getUrlDecoder()
                                    .decode(token.getBytes(StandardCharsets.US_ASCII)));
            return new Place(json.path("rv").asLong(), json.path("start").asString());
        } catch (JacksonException | IllegalArgumentException e) {
            throw Refusal.badRequest(
                    "invalid continue token: continue key is not valid: " + e.getMessage());
        }
    }
}
