package dev.serin.cli.mesh;

import dev.serin.config.Resource;
import dev.serin.config.ResourceKind;
import dev.serin.config.set.References;
import dev.serin.local.api.ResourceClient;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// What a VirtualService names that is not there yet: through the API the order of arrival is free,
/// so this only warns.
final class Unresolved {
    private static final ResourceKind DESTINATION_RULE =
            new ResourceKind(
                    "networking.istio.io", "v1", "DestinationRule", "destinationrules", true);

    private Unresolved() {}

    static List<String> warnings(Resource resource, ResourceClient client) {
        if (!resource.kind().kind().equals("VirtualService")) {
            return List.of();
        }
        var all = new ArrayList<>(client.list(DESTINATION_RULE, null, Map.of()));
        all.add(resource);
        return References.unresolved(resource, all).stream()
                .map(References.Unresolved::text)
                .toList();
    }
}
