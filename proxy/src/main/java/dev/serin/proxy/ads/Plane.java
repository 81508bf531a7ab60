package dev.serin.proxy.ads;

import dev.serin.proxy.snapshot.ConfigUpdate;
import dev.serin.proxy.snapshot.Rejected;

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

    /// A line for each fact of a cluster's host, as Envoy's `/clusters`. Any thread.
    String clusters();

    /// A line for each listener, `name::address`. Any thread.
    String listeners();

    /// Takes no new connections and asks clients to close theirs; completes when the last is gone.
    CompletableFuture<Void> drain();

    /// Ends everything at once.
    @Override
    void close();
}
