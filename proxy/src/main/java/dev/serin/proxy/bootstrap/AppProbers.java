package dev.serin.proxy.bootstrap;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/// Reads what the agent asks the application: the probes that injection moved
/// (`ISTIO_KUBE_APP_PROBERS`) and where its metrics are.
final class AppProbers {
    private AppProbers() {}

    static Application read(
            Map<String, String> environment, Map<String, String> annotations, String address) {
        var probes = new HashMap<String, Probe>();
        var table = "ISTIO_KUBE_APP_PROBERS";
        Documents.struct(table, environment.getOrDefault(table, "{}"))
                .getFieldsMap()
                .forEach((path, probe) -> {
                    var read = probe(probe.getStructValue());
                    if (read != null) {
                        probes.put(path, read);
                    }
                });
        return new Application(address, probes, scrape(environment, annotations));
    }

    private static @Nullable Probe probe(Struct probe) {
        var seconds = number(probe, "timeoutSeconds");
        var timeout = Duration.ofSeconds(seconds == 0 ? 1 : seconds);
        if (probe.containsFields("tcpSocket")) {
            var socket = member(probe, "tcpSocket");
            return new Probe(number(socket, "port"), null, Map.of(), timeout);
        }
        if (!probe.containsFields("httpGet")) {
            return null;
        }
        var get = member(probe, "httpGet");
        var headers = new LinkedHashMap<String, String>();
        for (var header :
                get.getFieldsOrDefault("httpHeaders", NodeMetadata.NONE)
                        .getListValue()
                        .getValuesList()) {
            var one = header.getStructValue();
            headers.put(text(one, "name").toLowerCase(Locale.ROOT), text(one, "value"));
        }
        var path = text(get, "path");
        return new Probe(
                number(get, "port"), path.startsWith("/") ? path : "/" + path, headers, timeout);
    }

    private static Application.@Nullable Scrape scrape(
            Map<String, String> environment, Map<String, String> annotations) {
        var variable = "ISTIO_PROMETHEUS_ANNOTATIONS";
        var given = environment.get(variable);
        var told = given == null ? fromAnnotations(annotations) : Documents.struct(variable, given);
        if (!text(told, "scrape").equals("true")) {
            return null;
        }
        var path = text(told, "path");
        var port = text(told, "port");
        var number = port.matches("[0-9]{1,5}") ? Integer.parseInt(port) : 80;
        // Once injection has rewritten the annotations they point here: that would be a loop.
        return number == 15020
                ? null
                : new Application.Scrape(number, path.isEmpty() ? "/metrics" : path);
    }

    private static Struct fromAnnotations(Map<String, String> annotations) {
        var told = Struct.newBuilder();
        for (var key : new String[] {"scrape", "path", "port"}) {
            var value = annotations.getOrDefault("prometheus.io/" + key, "");
            told.putFields(key, Value.newBuilder().setStringValue(value).build());
        }
        return told.build();
    }

    private static Struct member(Struct struct, String field) {
        return struct.getFieldsOrDefault(field, NodeMetadata.NONE).getStructValue();
    }

    private static String text(Struct struct, String field) {
        return struct.getFieldsOrDefault(field, NodeMetadata.NONE).getStringValue();
    }

    private static int number(Struct struct, String field) {
        return (int) struct.getFieldsOrDefault(field, NodeMetadata.NONE).getNumberValue();
    }
}
