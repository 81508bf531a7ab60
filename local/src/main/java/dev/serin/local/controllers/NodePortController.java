package dev.serin.local.controllers;

import dev.serin.base.chance.Draw;
import dev.serin.base.chance.Draws;
import dev.serin.config.Resource;
import dev.serin.config.ResourceKey;
import dev.serin.config.ResourceKind;
import dev.serin.config.kubernetes.Service;
import dev.serin.local.api.ResourceClient;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.node.ObjectNode;

import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Gives each port of a NodePort or LoadBalancer Service its number from 30000 to 32767.
final class NodePortController implements Controller {
    private static final int FIRST = 30000;
    private static final int COUNT = 2768;

    private final ResourceClient client;
    private final Draw numbers;

    NodePortController(ResourceClient client, Draws draws) {
        this.client = client;
        this.numbers = draws.named("node-port");
    }

    @Override
    public String name() {
        return "nodeport";
    }

    @Override
    public Set<ResourceKind> watches() {
        return Set.of(Kinds.SERVICE);
    }

    @Override
    public Collection<ResourceKey> wakes(Resource resource) {
        return List.of(resource.key());
    }

    @Override
    public @Nullable Duration reconcile(ResourceKey key) {
        var resource = client.get(key);
        if (resource == null || !wanted(resource)) {
            return null;
        }
        var body = resource.body().deepCopy();
        var taken = taken();
        for (var port : body.path("spec").path("ports")) {
            if (port.path("nodePort").asInt(0) == 0) {
                var number = FIRST + numbers.below(COUNT);
                for (var tries = 0; tries < COUNT && !taken.add(number); tries++) {
                    number = FIRST + (number - FIRST + 1) % COUNT;
                }
                ((ObjectNode) port).put("nodePort", number);
            }
        }
        if (!body.equals(resource.body())) {
            client.update(new Resource(resource.kind(), body));
        }
        return null;
    }

    private static boolean wanted(Resource resource) {
        return switch (Service.from(resource).type()) {
            case NODEPORT -> true;
            case LOADBALANCER ->
                    resource.spec().path("allocateLoadBalancerNodePorts").asBoolean(true);
            case CLUSTERIP, EXTERNALNAME -> false;
        };
    }

    private Set<Integer> taken() {
        var taken = new HashSet<Integer>();
        for (var service : client.list(Kinds.SERVICE, null, Map.of())) {
            for (var port : service.spec().path("ports")) {
                taken.add(port.path("nodePort").asInt(0));
            }
        }
        return taken;
    }
}
