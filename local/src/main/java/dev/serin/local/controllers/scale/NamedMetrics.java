package dev.serin.local.controllers.scale;

import dev.serin.config.Resource;

import tools.jackson.databind.JsonNode;

import java.util.List;
import java.util.Map;

/// Metrics that have names of their own, beside CPU and memory: what a cluster has an adapter for.
/// Called on the controllers' thread, which must not wait long. All values are in thousandths.
public interface NamedMetrics {
    /// Of each pod; one of which nothing is known is not in the answer.
    ///
    /// @param selector of labels that the metric has, as an autoscaler writes it; missing for all
    /// @throws UnknownMetricException if there is none of this name
    Map<String, Double> ofPods(List<Resource> pods, String metric, JsonNode selector);

    /// Of something else in the namespace, such as a Service.
    ///
    /// @param object its `kind` and `name`
    /// @throws UnknownMetricException if there is none of this name, or nothing is known of it
    double ofObject(String namespace, JsonNode object, String metric, JsonNode selector);

    /// Of nothing in particular.
    ///
    /// @throws UnknownMetricException if there is none of this name
    double external(String namespace, String metric, JsonNode selector);

    /// There are none.
    NamedMetrics NONE =
            new NamedMetrics() {
                @Override
                public Map<String, Double> ofPods(
                        List<Resource> pods, String metric, JsonNode selector) {
                    throw new UnknownMetricException(
                            "unable to fetch metrics from custom metrics API: no custom metrics API"
                                    + " is served");
                }

                @Override
                public double ofObject(
                        String namespace, JsonNode object, String metric, JsonNode selector) {
                    throw new UnknownMetricException(
                            "unable to fetch metrics from custom metrics API: no custom metrics API"
                                    + " is served");
                }

                @Override
                public double external(String namespace, String metric, JsonNode selector) {
                    throw new UnknownMetricException(
                            "unable to fetch metrics from external metrics API: no external metrics"
                                    + " API is served");
                }
            };
}
