package dev.serin.config.kubernetes;

import dev.serin.config.Metadata;
import dev.serin.config.Resource;
import dev.serin.config.codec.Cursor;

import java.util.List;

/// A machine that pods run on.
///
/// @param region of the world and zone in it, by its labels; empty where they are not known
public record Node(
        Metadata metadata, List<String> internalIps, String region, String zone, boolean ready) {
    public static Node from(Resource resource) {
        var metadata = Metadata.from(resource);
        var status = Cursor.of(resource).at("status");
        return new Node(
                metadata,
                status
                        .list(
                                "addresses",
                                a -> new String[] {a.string("type"), a.string("address")})
                        .stream()
                        .filter(a -> a[0].equals("InternalIP"))
                        .map(a -> a[1])
                        .toList(),
                metadata.labels().getOrDefault("topology.kubernetes.io/region", ""),
                metadata.labels().getOrDefault("topology.kubernetes.io/zone", ""),
                Condition.isTrue(status, "Ready"));
    }
}
