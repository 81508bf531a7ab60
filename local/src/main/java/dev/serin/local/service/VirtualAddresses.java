package dev.serin.local.service;

import dev.serin.base.time.Ticker;
import dev.serin.config.Resource;
import dev.serin.config.ResourceKey;
import dev.serin.config.ResourceKind;
import dev.serin.config.kubernetes.Service;
import dev.serin.local.api.ResourceClient;
import dev.serin.local.capture.PacketFilter;
import dev.serin.local.capture.PacketFilter.ServiceRule;
import dev.serin.local.capture.PacketFilter.Target;
import dev.serin.local.controllers.Controller;
import dev.serin.local.controllers.Kinds;
import dev.serin.local.host.Namespaces;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// Gives the packet filter the cluster addresses of all services with their ready targets, and the
/// node's own address for node ports and the host ports of pods, as one table, when it has changed
/// and at most every 20 ms. A service without selector and without endpoints has no rule, nor has a
/// port that is its own endpoint (`default/kubernetes`): its address is on the router itself.
public final class VirtualAddresses implements Controller {
    private static final Duration PAUSE = Duration.ofMillis(20);
    private static final ResourceKey TABLE = new ResourceKey("services", "", "");

    private final ResourceClient client;
    private final PacketFilter filter;
    private final Ticker ticker;
    private final Target outside;
    private @Nullable List<ServiceRule> written;
    private long writtenAt;

    /// @param outside where TCP to addresses outside of the mesh goes
    public VirtualAddresses(
            ResourceClient client, PacketFilter filter, Ticker ticker, Target outside) {
        this.client = client;
        this.filter = filter;
        this.ticker = ticker;
        this.outside = outside;
    }

    @Override
    public String name() {
        return "virtual-addresses";
    }

    @Override
    public Set<ResourceKind> watches() {
        return Set.of(Kinds.SERVICE, Kinds.ENDPOINT_SLICE, Kinds.POD);
    }

    @Override
    public Collection<ResourceKey> wakes(Resource resource) {
        var isPod = resource.kind().family().equals(Kinds.POD.family());
        return isPod && PodPort.of(resource).isEmpty() ? List.of() : List.of(TABLE);
    }

    @Override
    public @Nullable Duration reconcile(ResourceKey key) {
        // The first change of a burst is felt at once, the rest of it together.
        var since = Duration.ofNanos(ticker.nanos() - writtenAt);
        if (written != null && since.compareTo(PAUSE) < 0) {
            return PAUSE.minus(since);
        }
        var rules =
                rules(
                        client.list(Kinds.SERVICE, null, Map.of()),
                        client.list(Kinds.ENDPOINT_SLICE, null, Map.of()),
                        client.list(Kinds.POD, null, Map.of()));
        if (!rules.equals(written)) {
            filter.services(rules, outside);
            written = rules;
            writtenAt = ticker.nanos();
        }
        return null;
    }

    /// Pure, in order of address and port.
    static List<ServiceRule> rules(
            List<Resource> services, List<Resource> slices, List<Resource> pods) {
        var targets = new ReadyTargets(slices);
        var rules = new ArrayList<ServiceRule>();
        for (var resource : services) {
            var service = Service.from(resource);
            if (service.type() == Service.Type.EXTERNALNAME
                    || service.selector().isEmpty() && !targets.hasSlices(service)) {
                continue;
            }
            nodePorts(service, targets, rules);
            for (var address : service.clusterIps()) {
                for (var port : service.ports()) {
                    var protocol = port.protocol().toLowerCase(Locale.ROOT);
                    var ready = targets.of(service, port);
                    if (address.indexOf(':') < 0
                            && !protocol.equals("sctp")
                            && !ready.contains(new Target(address, port.port()))) {
                        rules.add(new ServiceRule(address, protocol, port.port(), ready));
                    }
                }
            }
        }
        for (var pod : pods) {
            for (var port : PodPort.of(pod)) {
                rules.add(
                        new ServiceRule(
                                Namespaces.GATEWAY,
                                port.protocol(),
                                port.number(),
                                List.of(port.target())));
            }
        }
        rules.sort(
                Comparator.comparing(ServiceRule::address)
                        .thenComparing(ServiceRule::protocol)
                        .thenComparingInt(ServiceRule::port));
        return rules;
    }

    private static void nodePorts(Service service, ReadyTargets targets, List<ServiceRule> rules) {
        var has =
                service.type() == Service.Type.NODEPORT
                        || service.type() == Service.Type.LOADBALANCER;
        for (var port : service.ports()) {
            var protocol = port.protocol().toLowerCase(Locale.ROOT);
            if (has && port.nodePort() > 0 && !protocol.equals("sctp")) {
                rules.add(
                        new ServiceRule(
                                Namespaces.GATEWAY,
                                protocol,
                                port.nodePort(),
                                targets.of(service, port)));
            }
        }
    }
}
