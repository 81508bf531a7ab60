package dev.serin.local.dns;

import dev.serin.base.time.Ticker;
import dev.serin.config.Resource;
import dev.serin.config.ResourceKey;
import dev.serin.config.ResourceKind;
import dev.serin.local.api.ResourceClient;
import dev.serin.local.controllers.Controller;
import dev.serin.local.controllers.Kinds;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The names of the cluster, kept current: a controller that makes a new [Zone] on every change, at
/// most every 20 ms, and publishes it by one write for the [DnsServer]s that answer from it.
public final class ClusterDns implements Controller {
    private static final Duration PAUSE = Duration.ofMillis(20);
    private static final ResourceKey ZONE = new ResourceKey("dns", "", "");

    private final ResourceClient client;
    private final Ticker ticker;
    private final String domain;
    private volatile Zone zone;
    private boolean made;
    private long madeAt;

    /// @param domain `cluster.local`
    public ClusterDns(ResourceClient client, Ticker ticker, String domain) {
        this.client = client;
        this.ticker = ticker;
        this.domain = domain;
        this.zone = new Zone(domain, List.of(), List.of(), List.of());
    }

    @Override
    public String name() {
        return "dns";
    }

    @Override
    public Set<ResourceKind> watches() {
        return Set.of(Kinds.SERVICE, Kinds.ENDPOINT_SLICE, Kinds.POD);
    }

    @Override
    public Collection<ResourceKey> wakes(Resource resource) {
        return List.of(ZONE);
    }

    @Override
    public @Nullable Duration reconcile(ResourceKey key) {
        var since = Duration.ofNanos(ticker.nanos() - madeAt);
        if (made && since.compareTo(PAUSE) < 0) {
            return PAUSE.minus(since);
        }
        zone =
                new Zone(
                        domain,
                        client.list(Kinds.SERVICE, null, Map.of()),
                        client.list(Kinds.ENDPOINT_SLICE, null, Map.of()),
                        client.list(Kinds.POD, null, Map.of()));
        made = true;
        madeAt = ticker.nanos();
        return null;
    }

    Zone zone() {
        return zone;
    }

    String domain() {
        return domain;
    }
}
