package dev.serin.local.api.rest;

import dev.serin.config.Resource;

import java.util.concurrent.atomic.AtomicReferenceArray;

/// The newest events of watches as they were written for one watcher, for the others that watch the
/// same: written once, not once a watcher. As many as there are places; any thread.
final class Told {
    /// A power of two. More than what one commit holds, so that the watchers who follow find it.
    private static final int PLACES = 64;

    private final AtomicReferenceArray<Event> places = new AtomicReferenceArray<>(PLACES);

    private static final class Event {
        private final Resource resource;
        private final String type;
        private final String apiVersion;
        private final byte[] line;

        Event(Resource resource, String type, String apiVersion, byte[] line) {
            this.resource = resource;
            this.type = type;
            this.apiVersion = apiVersion;
            this.line = line;
        }

        /// The very resource: two that are equal would have to be compared field by field.
        @SuppressWarnings("ReferenceEquality")
        boolean is(Resource other, String type, String apiVersion) {
            return resource == other
                    && this.type.equals(type)
                    && this.apiVersion.equals(apiVersion);
        }
    }

    /// The event as a line of JSON, which nobody may change.
    ///
    /// @param revision of the change that it tells of
    byte[] line(long revision, String type, Resource resource, Views views) {
        if (!views.isWhole()) {
            return Json.line(views.event(type, views.one(resource)));
        }
        var place = (int) revision & PLACES - 1;
        var told = places.get(place);
        if (told != null && told.is(resource, type, views.apiVersion())) {
            return told.line;
        }
        var line = Json.line(views.event(type, views.one(resource)));
        places.set(place, new Event(resource, type, views.apiVersion(), line));
        return line;
    }
}
