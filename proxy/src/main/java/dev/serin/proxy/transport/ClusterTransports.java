package dev.serin.proxy.transport;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;

import dev.serin.proxy.tls.secret.SecretName;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/// The transports of a cluster's hosts. As Envoy's transport_socket and transport_socket_matches.
///
/// @param matches the first that fits a host's metadata is its transport
/// @param usual of hosts that none fits
/// @param auto names that come from requests
public record ClusterTransports(List<Match> matches, TransportConfig usual, AutoNames auto) {
    public static final ClusterTransports RAW =
            new ClusterTransports(List.of(), TransportConfig.Raw.NOTHING, AutoNames.NONE);

    private static final String METADATA = "envoy.transport_socket_match";

    /// Names that a connection to a host has from the request for which it is made.
    ///
    /// @param serverName whether it is the one for SNI
    /// @param verify whether the host's certificate must have it
    /// @param header where it stands instead of the authority; empty for that
    public record AutoNames(boolean serverName, boolean verify, String header) {
        public static final AutoNames NONE = new AutoNames(false, false, "");

        /// As a cluster wants them whose hosts are what requests name.
        static final AutoNames BOTH = new AutoNames(true, true, "");
    }

    /// Whether connections depend on the stream for which they are made.
    public boolean asks() {
        return auto.serverName() || auto.verify() || announced();
    }

    /// Whether some host is told who the client is.
    public boolean announced() {
        return usual instanceof TransportConfig.Announced
                || matches.stream()
                        .anyMatch(m -> m.transport() instanceof TransportConfig.Announced);
    }

    /// @param wanted values that the host's `envoy.transport_socket_match` must have
    record Match(String name, Map<String, Value> wanted, TransportConfig transport) {
        boolean fits(Map<String, Value> metadata) {
            for (var entry : wanted.entrySet()) {
                if (!entry.getValue().equals(metadata.get(entry.getKey()))) {
                    return false;
                }
            }
            return true;
        }
    }

    /// The transport of a host with this `filter_metadata`.
    TransportConfig of(Map<String, Struct> metadata) {
        if (matches.isEmpty()) {
            return usual;
        }
        var own = metadata.get(METADATA);
        Map<String, Value> values = own == null ? Map.of() : own.getFieldsMap();
        for (var match : matches) {
            if (match.fits(values)) {
                return match.transport();
            }
        }
        return usual;
    }

    /// The secrets that they need.
    public Stream<SecretName> secrets() {
        return all().map(TransportConfig::secure)
                .filter(Objects::nonNull)
                .flatMap(tls -> tls.names().stream());
    }

    /// All that there may be.
    Stream<TransportConfig> all() {
        return Stream.concat(matches.stream().map(Match::transport), Stream.of(usual)).distinct();
    }
}
