package dev.serin.local.controllers;

import dev.serin.config.Resource;
import dev.serin.local.api.Usage;
import dev.serin.local.controllers.scale.NamedMetrics;
import dev.serin.local.controllers.scale.UnknownMetricException;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What a test says that pods use and what else there is to know.
final class FakeMetrics implements Usage, NamedMetrics {
    final List<OfPod> used = new ArrayList<>();

    /// By metric, or metric and pod: `rps`, `rps web-1`; in thousandths.
    final Map<String, Double> named = new HashMap<>();

    @Override
    public List<OfPod> pods() {
        return List.copyOf(used);
    }

    @Override
    public @Nullable OfMachine machine() {
        return null;
    }

    @Override
    public Map<String, Double> ofPods(List<Resource> pods, String metric, JsonNode selector) {
        var all = new HashMap<String, Double>();
        for (var pod : pods) {
            var value = named.get(metric + " " + pod.name());
            if (value != null) {
                all.put(pod.name(), value);
            }
        }
        return all;
    }

    @Override
    public double ofObject(String namespace, JsonNode object, String metric, JsonNode selector) {
        return value(metric + " " + object.path("name").asString(""));
    }

    @Override
    public double external(String namespace, String metric, JsonNode selector) {
        return value(metric);
    }

    private double value(String name) {
        var value = named.get(name);
        if (value == null) {
            throw new UnknownMetricException("no metric " + name);
        }
        return value;
    }
}
