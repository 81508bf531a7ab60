package dev.serin.proxy.upstream;

import dev.serin.base.time.Timers;
import dev.serin.proxy.upstream.ClusterConfig.Endpoint;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/// Keeps the endpoints of a DNS cluster as its names resolve. Each look-up has a thread of its own,
/// since the machine's resolver blocks; the answer goes to the owner.
public final class DnsHosts {
    private static final Duration PERIOD = Duration.ofSeconds(5);

    private final ClusterConfig config;
    private final Timers timers;
    private final Executor owner;
    private final Consumer<List<Endpoint>> found;
    private volatile boolean closed;
    private volatile Timers.@Nullable Timer next;

    /// @param found gets the endpoints with literal addresses, on the owner's thread
    public DnsHosts(
            ClusterConfig config, Timers timers, Executor owner, Consumer<List<Endpoint>> found) {
        this.config = config;
        this.timers = timers;
        this.owner = owner;
        this.found = found;
    }

    public void start() {
        Thread.ofVirtual().name("dns-" + config.name()).start(this::resolve);
    }

    private void resolve() {
        var endpoints = new ArrayList<Endpoint>();
        var failed = false;
        for (var endpoint : config.endpoints()) {
            try {
                for (var address : InetAddress.getAllByName(endpoint.host())) {
                    endpoints.add(
                            new Endpoint(
                                    address.getHostAddress(),
                                    endpoint.port(),
                                    endpoint.weight(),
                                    endpoint.priority(),
                                    endpoint.healthy(),
                                    endpoint.metadata()));
                    if (config.discovery() == ClusterConfig.Discovery.LOGICAL_DNS) {
                        break;
                    }
                }
            } catch (UnknownHostException e) {
                failed = true; // the hosts that were found before stay
            }
        }
        if (closed) {
            return;
        }
        if (!failed || !endpoints.isEmpty()) {
            owner.execute(() -> {
                if (!closed) {
                    found.accept(endpoints);
                }
            });
        }
        next = timers.after(PERIOD, this::start);
    }

    public void close() {
        closed = true;
        var timer = next;
        if (timer != null) {
            timer.cancel();
        }
    }
}
