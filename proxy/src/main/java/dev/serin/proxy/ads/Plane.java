package dev.serin.proxy.ads;

import dev.serin.proxy.snapshot.ConfigUpdate;
import dev.serin.proxy.snapshot.Rejected;

import io.envoyproxy.envoy.admin.v3.Certificates;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/// The data plane, as the rest of a proxy sees it. Owner thread where nothing else is said.
public interface Plane extends AutoCloseable {
    /// Applies what is good and names the rest.
    List<Rejected> apply(ConfigUpdate update);

    /// Names of resources that the configuration in force refers to, of a type that is asked for by
    /// name.
    Set<String> wanted(String typeUrl);

    /// Why listeners could not be bound, by their names.
    Map<String, String> failures();

    /// Listeners that could not be bound, with the reason; empty if all of them are.
    List<String> unbound();

    /// Where a listener is bound; empty if it is not in use or does not bind.
    List<InetSocketAddress> addresses(String listener);

    /// Names of a type that are in use.
    Set<String> inUse(String typeUrl);

    /// The clusters and their hosts.
    ///
    /// @param json of envoy.admin.v3.Clusters, else a line for each fact
    String clusters(boolean json);

    /// The listeners and where they are bound.
    ///
    /// @param json of envoy.admin.v3.Listeners, else a line for each address
    String listeners(boolean json);

    /// The certificates in use.
    Certificates certificates();

    /// Asks clients to close their connections, also those that come from now on; completes when
    /// the present ones are gone.
    CompletableFuture<Void> drain();

    /// Asks clients of inbound listeners alone to close their connections, with their next answer.
    void drainInbound();

    /// Whether clients are asked to close their connections for as long as health checks are to
    /// fail. Any thread.
    void failHealth(boolean failing);

    /// Takes no new connections from now on.
    ///
    /// @param inboundOnly on inbound listeners alone
    void closeListeners(boolean inboundOnly);

    /// Connections from clients now. Any thread.
    int connections();

    /// Ends everything at once.
    @Override
    void close();
}
