package dev.serin.local.controllers;

import dev.serin.config.Resource;
import dev.serin.config.kubernetes.Pod;
import dev.serin.config.kubernetes.Service;

import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;

/// The EndpointSlices that a Service should have, from its pods. Pure: the same pods in any order
/// give the same slices.
final class SlicePlan {
    static final String SERVICE_NAME = "kubernetes.io/service-name";
    static final String MANAGED_BY = "endpointslice.kubernetes.io/managed-by";
    static final String MANAGER = "endpointslice-controller.k8s.io";
    private static final String HEADLESS = "service.kubernetes.io/headless";
    private static final int MOST_ENDPOINTS = 100;

    private final Resource resource;
    private final Service service;

    SlicePlan(Resource resource, Service service) {
        this.resource = resource;
        this.service = service;
    }

    /// One slice for each set of port numbers (a named target port may mean another number in each
    /// pod) and hundred pods; an empty one where no pod has an address.
    List<Resource> slices(List<Resource> pods) {
        var groups = new TreeMap<String, Group>();
        for (var pod : pods.stream().sorted(Comparator.comparing(Resource::name)).toList()) {
            var typed = Pod.from(pod);
            if (!typed.ip().isEmpty() && !PodState.of(pod).ended()) {
                var ports = ports(typed);
                groups.computeIfAbsent(ports.toString(), _ -> new Group(ports, new ArrayList<>()))
                        .pods
                        .add(pod);
            }
        }
        if (groups.isEmpty()) {
            return List.of(slice(JsonNodeFactory.instance.arrayNode(), List.of(), ""));
        }
        // The usual single slice keeps its name through every change, the empty one included.
        var single = groups.size() == 1;
        var slices = new ArrayList<Resource>();
        groups.forEach((text, group) -> {
            for (var from = 0; from < group.pods.size(); from += MOST_ENDPOINTS) {
                var to = Math.min(group.pods.size(), from + MOST_ENDPOINTS);
                var seed = single && from == 0 ? "" : text + from;
                slices.add(slice(group.ports, group.pods.subList(from, to), seed));
            }
        });
        return slices;
    }

    private ArrayNode ports(Pod pod) {
        var list = JsonNodeFactory.instance.arrayNode();
        for (var port : service.ports()) {
            var number = pod.number(port.targetPort());
            if (number == 0) {
                continue;
            }
            var one = list.addObject();
            one.put("name", port.name()).put("port", number).put("protocol", port.protocol());
            if (!port.appProtocol().isEmpty()) {
                one.put("appProtocol", port.appProtocol());
            }
        }
        return list;
    }

    private Resource slice(ArrayNode ports, List<Resource> pods, String seed) {
        var body = JsonNodeFactory.instance.objectNode();
        body.put("apiVersion", Kinds.ENDPOINT_SLICE.apiVersion()).put("kind", "EndpointSlice");
        var metadata = body.putObject("metadata");
        var suffix = Canonical.hash(service.metadata().uid() + seed).substring(0, 5);
        metadata.put("name", service.metadata().name() + "-" + suffix);
        metadata.put("namespace", service.metadata().namespace());
        var labels = metadata.putObject("labels");
        service.metadata()
                .labels()
                .forEach((name, value) -> {
                    if (!name.equals(SERVICE_NAME) && !name.equals(MANAGED_BY)) {
                        labels.put(name, value);
                    }
                });
        labels.put(SERVICE_NAME, service.metadata().name()).put(MANAGED_BY, MANAGER);
        if (service.headless()) {
            labels.put(HEADLESS, "");
        }
        Ownership.write(metadata, resource);
        body.put("addressType", "IPv4");
        var endpoints = body.putArray("endpoints");
        pods.forEach(pod -> endpoints.add(endpoint(pod)));
        body.set("ports", ports);
        return new Resource(Kinds.ENDPOINT_SLICE, body);
    }

    private ObjectNode endpoint(Resource pod) {
        var typed = Pod.from(pod);
        var endpoint = JsonNodeFactory.instance.objectNode();
        endpoint.putArray("addresses").add(typed.ip());
        endpoint.putObject("conditions")
                .put(
                        "ready",
                        service.publishNotReadyAddresses() || typed.ready() && !typed.terminating())
                .put("serving", typed.ready())
                .put("terminating", typed.terminating());
        var hostname = pod.spec().path("hostname").asString("");
        if (!hostname.isEmpty()
                && pod.spec().path("subdomain").asString("").equals(service.metadata().name())) {
            endpoint.put("hostname", hostname);
        }
        if (!typed.node().isEmpty()) {
            endpoint.put("nodeName", typed.node());
        }
        endpoint.putObject("targetRef")
                .put("kind", "Pod")
                .put("namespace", pod.namespace())
                .put("name", pod.name())
                .put("uid", pod.uid());
        return endpoint;
    }

    private record Group(ArrayNode ports, List<Resource> pods) {}
}
