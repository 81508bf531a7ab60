package dev.serin.conformance.differential.peer;

import java.util.List;
import java.util.Map;
import java.util.Set;

/// A proxy that takes its configuration by discovery.
public interface Peer extends AutoCloseable {
    /// What it is called in reports.
    String name();

    /// As which node it asks for resources.
    String node();

    /// Whether these resources, and no others of their types, are in use.
    ///
    /// @param rejected names of those that it has refused
    boolean uses(List<dev.serin.xds.XdsResource> resources, Set<String> rejected);

    /// Where each listener is bound, by its name; further addresses as `name+1` and so on.
    Map<String, Integer> ports();

    /// Adds an address of a listener.
    static void put(Map<String, Integer> ports, String name, int port) {
        var key = name;
        for (var number = 1; ports.containsKey(key); number++) {
            key = name + "+" + number;
        }
        ports.put(key, port);
    }

    /// Prometheus' text of all metrics.
    String metrics();

    /// An admin page: its status, a line end, and its text.
    String page(String method, String path);

    /// What it has written to its access log since its start.
    List<String> log();

    @Override
    void close();
}
