package dev.serin.local.service;

import dev.serin.config.Resource;
import dev.serin.config.ResourceKey;
import dev.serin.config.kubernetes.EndpointSlice;
import dev.serin.config.kubernetes.Service;
import dev.serin.local.capture.PacketFilter.Target;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The ready endpoints of all services, by service and port. Immutable once made.
final class ReadyTargets {
    private final Map<ResourceKey, List<EndpointSlice>> byService = new HashMap<>();

    /// @param slices EndpointSlices of any number of services
    ReadyTargets(List<Resource> slices) {
        for (var resource : slices) {
            var slice = EndpointSlice.from(resource);
            var service =
                    new ResourceKey("services", slice.metadata().namespace(), slice.service());
            byService.computeIfAbsent(service, _ -> new ArrayList<>()).add(slice);
        }
    }

    boolean hasSlices(Service service) {
        return byService.containsKey(service.metadata().key());
    }

    /// In order of address, so that equal sets are equal lists. While no endpoint is ready, those
    /// that end but still serve are used, as kube-proxy does.
    List<Target> of(Service service, Service.Port port) {
        var ready = new ArrayList<Target>();
        var ending = new ArrayList<Target>();
        for (var slice : byService.getOrDefault(service.metadata().key(), List.of())) {
            for (var number : slice.ports()) {
                if (!number.name().equals(port.name())
                        || !number.protocol().equals(port.protocol())) {
                    continue;
                }
                for (var endpoint : slice.endpoints()) {
                    var into =
                            endpoint.ready()
                                    ? ready
                                    : endpoint.serving() && endpoint.terminating() ? ending : null;
                    if (into != null && !endpoint.addresses().isEmpty()) {
                        into.add(new Target(endpoint.addresses().getFirst(), number.port()));
                    }
                }
            }
        }
        var used = ready.isEmpty() ? ending : ready;
        return used.stream()
                .distinct()
                .sorted(Comparator.comparing(Target::address).thenComparingInt(Target::port))
                .toList();
    }
}
