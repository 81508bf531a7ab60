package dev.serin.proxy.bootstrap;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;

import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.extension.ExtensionConfig;
import dev.serin.proxy.worker.Pressure;

import io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap;
import io.envoyproxy.envoy.config.overload.v3.OverloadAction;
import io.envoyproxy.envoy.config.overload.v3.OverloadManager;
import io.envoyproxy.envoy.extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig;
import io.envoyproxy.envoy.extensions.resource_monitors.fixed_heap.v3.FixedHeapConfig;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.TreeMap;

/// Compiles a bootstrap's overload manager, and what its runtime says of connections. Pure.
final class OverloadCompiler {
    private static final String FIXED_HEAP =
            "envoy.extensions.resource_monitors.fixed_heap.v3.FixedHeapConfig";
    private static final String CONNECTIONS =
            "envoy.extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig";
    private static final String OF_ALL = "overload.global_downstream_max_connections";
    private static final String OF_LISTENER = "envoy.resource_limits.listener.";
    private static final String LIMIT = ".connection_limit";

    private OverloadCompiler() {}

    /// @throws ConfigProblem naming the field that cannot be done
    static Overload of(Bootstrap bootstrap) throws ConfigProblem {
        var values = runtime(bootstrap);
        var all = new HashMap<String, Integer>();
        var most = Integer.MAX_VALUE;
        for (var entry : values.entrySet()) {
            var key = entry.getKey();
            if (key.equals(OF_ALL)) {
                most = entry.getValue();
            } else {
                all.put(
                        key.substring(OF_LISTENER.length(), key.length() - LIMIT.length()),
                        entry.getValue());
            }
        }
        if (!bootstrap.hasOverloadManager()) {
            return new Overload(null, 0, most, Map.copyOf(all));
        }
        return manager(bootstrap.getOverloadManager(), most, Map.copyOf(all));
    }

    private static Overload manager(OverloadManager manager, int most, Map<String, Integer> all)
            throws ConfigProblem {
        var octets = 0L;
        var connections = most;
        var heaps = new HashSet<String>();
        for (var monitor : manager.getResourceMonitorsList()) {
            var config = ExtensionConfig.of(monitor.getName(), monitor.getTypedConfig());
            switch (config.type()) {
                case FIXED_HEAP -> {
                    octets = config.as(FixedHeapConfig.parser()).getMaxHeapSizeBytes();
                    heaps.add(monitor.getName());
                }
                case CONNECTIONS ->
                        connections =
                                (int)
                                        Math.min(
                                                most,
                                                config.as(DownstreamConnectionsConfig.parser())
                                                        .getMaxActiveDownstreamConnections());
                default ->
                        throw new ConfigProblem(
                                "overload_manager.resource_monitors['" + monitor.getName() + "']",
                                config.type() + " is not supported");
            }
        }
        var never = Double.POSITIVE_INFINITY;
        var limits = new Pressure.Limits(never, never, never, never);
        for (var action : manager.getActionsList()) {
            for (var trigger : action.getTriggersList()) {
                if (!heaps.contains(trigger.getName())) {
                    throw new ConfigProblem(
                            field(action), "no monitor of memory is called " + trigger.getName());
                }
                limits = with(limits, action, trigger.getThreshold().getValue());
            }
        }
        return new Overload(limits, octets, connections, all);
    }

    /// What Envoy leaves in the backlog and what it rejects are both closed here as they come.
    private static Pressure.Limits with(
            Pressure.Limits limits, OverloadAction action, double threshold) throws ConfigProblem {
        var keepAlive = limits.keepAlive();
        var requests = limits.requests();
        var connections = limits.connections();
        var slowReaders = limits.slowReaders();
        switch (action.getName()) {
            case "envoy.overload_actions.disable_http_keepalive" -> keepAlive = threshold;
            case "envoy.overload_actions.stop_accepting_requests" -> requests = threshold;
            case "envoy.overload_actions.stop_accepting_connections",
                    "envoy.overload_actions.reject_incoming_connections" ->
                    connections = Math.min(connections, threshold);
            case "envoy.overload_actions.reset_high_memory_stream" -> slowReaders = threshold;
            case "envoy.overload_actions.shrink_heap" -> {} // the collector does that all the time
            default -> throw new ConfigProblem(field(action), "is not supported");
        }
        return new Pressure.Limits(keepAlive, requests, connections, slowReaders);
    }

    private static String field(OverloadAction action) {
        return "overload_manager.actions['" + action.getName() + "']";
    }

    /// The values of the static layers; a later layer stands over those before.
    private static Map<String, Integer> runtime(Bootstrap bootstrap) throws ConfigProblem {
        var values = new TreeMap<String, Integer>();
        var names = new HashSet<String>();
        var admins = 0;
        for (var layer : bootstrap.getLayeredRuntime().getLayersList()) {
            if (!names.add(layer.getName())) {
                throw new ConfigProblem(
                        "layered_runtime.layers", "two are called '" + layer.getName() + "'");
            }
            admins += layer.hasAdminLayer() ? 1 : 0;
            if (admins > 1) {
                throw new ConfigProblem(
                        "layered_runtime.layers", "has two admin_layer; there may be one");
            }
            var flat = new TreeMap<String, Value>();
            flatten("", layer.getStaticLayer(), flat);
            for (var entry : flat.entrySet()) {
                var key = entry.getKey();
                var field = "layered_runtime.layers['" + layer.getName() + "']." + key;
                if (!key.equals(OF_ALL) && !(key.startsWith(OF_LISTENER) && key.endsWith(LIMIT))) {
                    throw new ConfigProblem(field, "nothing of this proxy asks for it");
                }
                if (!entry.getValue().hasNumberValue()) {
                    throw new ConfigProblem(field, "is not a number");
                }
                values.put(key, (int) entry.getValue().getNumberValue());
            }
        }
        return values;
    }

    private static void flatten(String prefix, Struct struct, Map<String, Value> into) {
        struct.getFieldsMap()
                .forEach((name, value) -> {
                    if (value.hasStructValue()) {
                        flatten(prefix + name + ".", value.getStructValue(), into);
                    } else {
                        into.put(prefix + name, value);
                    }
                });
    }
}
