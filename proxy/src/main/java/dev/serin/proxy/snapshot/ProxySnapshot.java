package dev.serin.proxy.snapshot;

import dev.serin.proxy.http.manager.Scope;
import dev.serin.proxy.listener.ListenerConfig;
import dev.serin.proxy.route.RouteTable;
import dev.serin.proxy.upstream.LiveCluster;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;

/// What the proxy runs on now. Immutable, published by one reference write; a stream that reads it
/// twice may see two.
///
/// @param number counts publications
public record ProxySnapshot(
        long number,
        Map<String, ListenerConfig> listeners,
        Map<String, RouteTable> routes,
        Map<String, LiveCluster> clusters,
        Map<InetSocketAddress, ListenerConfig> caught)
        implements Scope.Known {
    static final ProxySnapshot EMPTY = new ProxySnapshot(0, Map.of(), Map.of(), Map.of(), Map.of());

    /// Of these parts, with the listeners that do not bind laid out by address.
    static ProxySnapshot of(
            long number,
            Map<String, ListenerConfig> listeners,
            Map<String, RouteTable> routes,
            Map<String, LiveCluster> clusters) {
        var caught = new HashMap<InetSocketAddress, ListenerConfig>();
        for (var listener : listeners.values()) {
            if (!listener.handOff()) {
                listener.addresses().forEach(address -> caught.put(address, listener));
            }
        }
        return new ProxySnapshot(
                number, Map.copyOf(listeners), Map.copyOf(routes), Map.copyOf(clusters), caught);
    }

    @Override
    public @Nullable RouteTable routes(String name) {
        return routes.get(name);
    }

    @Override
    public @Nullable LiveCluster cluster(String name) {
        return clusters.get(name);
    }

    /// The listener for exactly this address, else for its port on every address.
    public @Nullable ListenerConfig at(InetSocketAddress destination) {
        var exact = caught.get(destination);
        if (exact != null) {
            return exact;
        }
        var any = destination.getAddress() instanceof java.net.Inet6Address ? "::" : "0.0.0.0";
        return caught.get(new InetSocketAddress(any, destination.getPort()));
    }
}
