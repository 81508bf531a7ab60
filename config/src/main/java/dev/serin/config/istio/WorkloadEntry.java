package dev.serin.config.istio;

import dev.serin.config.Metadata;
import dev.serin.config.Resource;
import dev.serin.config.codec.Cursor;

import java.util.Map;

/// Something that runs outside of Kubernetes, by itself or as an endpoint of a [ServiceEntry].
public record WorkloadEntry(Metadata metadata, Address address) {
    /// Where it is.
    ///
    /// @param host an address or, where DNS is asked, a name; empty: the host of the entry itself
    /// @param ports by name, where they are others than the service's
    /// @param locality `region/zone/subzone`, empty if nobody said
    public record Address(
            String host,
            Map<String, Integer> ports,
            Map<String, String> labels,
            String network,
            String locality,
            int weight,
            String serviceAccount) {
        static Address from(Cursor entry) {
            return new Address(
                    entry.string("address"),
                    entry.map("ports", Cursor::asInt),
                    entry.stringMap("labels"),
                    entry.string("network"),
                    entry.string("locality"),
                    entry.integer("weight", 1),
                    entry.string("serviceAccount"));
        }
    }

    public static WorkloadEntry from(Resource resource) {
        return new WorkloadEntry(
                Metadata.from(resource), Address.from(Cursor.of(resource).at("spec")));
    }
}
