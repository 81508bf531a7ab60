package dev.serin.config.kubernetes;

import dev.serin.config.Resource;
import dev.serin.config.ResourceKey;
import dev.serin.config.codec.Cursor;

import org.jspecify.annotations.Nullable;

import java.util.Locale;

/// One of a resource's ownerReferences.
///
/// @param controller whether it manages the resource
public record Owner(String apiVersion, String kind, String name, String uid, boolean controller) {
    static Owner from(Cursor owner) {
        return new Owner(
                owner.string("apiVersion"),
                owner.string("kind"),
                owner.string("name"),
                owner.string("uid"),
                owner.bool("controller", false));
    }

    /// What manages the resource, named as [ResourceKey] names it; null where nothing does.
    static @Nullable ResourceKey controller(Resource resource) {
        for (var owner : Cursor.of(resource).at("metadata").list("ownerReferences", Owner::from)) {
            if (owner.controller()) {
                var slash = owner.apiVersion().indexOf('/');
                var group = slash < 0 ? "" : "." + owner.apiVersion().substring(0, slash);
                var plural = owner.kind().toLowerCase(Locale.ROOT) + "s";
                return new ResourceKey(plural + group, resource.namespace(), owner.name());
            }
        }
        return null;
    }
}
