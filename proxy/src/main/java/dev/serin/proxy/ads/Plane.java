package dev.serin.proxy.ads;

import dev.serin.proxy.snapshot.ConfigUpdate;
import dev.serin.proxy.snapshot.Rejected;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/// The data plane, as the rest of a proxy sees it. Owner thread where nothing else is said.
public interface Plane extends AutoCloseable {
    /// Applies what is good and names the rest.
    List<Rejected> apply(ConfigUpdate update);

    /// Names of resources that the configuration in force refers to, of a type that is asked for by
    /// name.
    Set<String> wanted(String typeUrl);

    /// Listeners that could not be bound, with the reason; empty if all of them are.
    List<String> unbound();

    /// Where a listener is bound; empty if it is not in use or does not bind.
    List<InetSocketAddress> addresses(String listener);

    /// A line for each fact of a cluster's host, as Envoy's `/clusters`.
    String clusters();

    /// A line for each listener, `name::address`.
    String listeners();

    /// Asks clients to close their connections, also those that come from now on; completes when
    /// the present ones are gone.
    CompletableFuture<Void> drain();

    /// Takes no new connections from now on.
    void closeListeners();

    /// Connections from clients now. Any thread.
    int connections();

    /// Ends everything at once.
    @Override
    void close();
}
