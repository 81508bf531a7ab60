package dev.serin.proxy.telemetry.istio;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;

import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.extension.ExtensionConfig;

import java.util.Set;

/// What of `istio.stats`' configuration changes anything here.
///
/// @param hostFallback take the request's authority for the service where nothing better is known
/// @param serverGateway report as the destination although traffic leaves
record StatsSettings(boolean hostFallback, boolean serverGateway) {
    /// Fields of the message by number: those that change nothing here, and those that are read.
    private static final Set<Integer> HARMLESS = Set.of(1, 2, 7, 11, 12);

    private static final int NO_HOST_FALLBACK = 6;
    private static final int REPORTER = 10;
    private static final Set<String> HARMLESS_NAMES =
            Set.of(
                    "debug",
                    "max_peer_cache_size",
                    "tcp_reporting_duration",
                    "rotation_interval",
                    "graceful_deletion_interval",
                    "stat_prefix");

    static StatsSettings read(ExtensionConfig config) throws ConfigProblem {
        var hostFallback = true;
        var serverGateway = false;
        if (config.struct() != null) {
            for (var field : config.struct().getFieldsMap().entrySet()) {
                switch (field.getKey()) {
                    case "disable_host_header_fallback" ->
                            hostFallback = !field.getValue().getBoolValue();
                    case "reporter" ->
                            serverGateway =
                                    field.getValue().getStringValue().equals("SERVER_GATEWAY");
                    default -> {
                        if (!HARMLESS_NAMES.contains(field.getKey())) {
                            throw new ConfigProblem(field.getKey(), "not supported");
                        }
                    }
                }
            }
            return new StatsSettings(hostFallback, serverGateway);
        }
        try {
            for (var field : UnknownFieldSet.parseFrom(config.bytes()).asMap().entrySet()) {
                var values = field.getValue().getVarintList();
                var set = !values.isEmpty() && values.getLast() != 0;
                switch (field.getKey()) {
                    case NO_HOST_FALLBACK -> hostFallback = !set;
                    case REPORTER -> serverGateway = set;
                    default -> {
                        if (!HARMLESS.contains(field.getKey())) {
                            throw new ConfigProblem(
                                    "field " + field.getKey() + " of stats.PluginConfig",
                                    "not supported");
                        }
                    }
                }
            }
        } catch (InvalidProtocolBufferException e) {
            throw new ConfigProblem("typed_config", "does not parse: " + e.getMessage());
        }
        return new StatsSettings(hostFallback, serverGateway);
    }
}
