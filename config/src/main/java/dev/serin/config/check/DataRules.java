package dev.serin.config.check;

import static dev.serin.config.check.MetadataRules.complain;

import java.util.List;

/// What a ConfigMap and a Secret must keep.
final class DataRules {
    // As Kubernetes has it for both kinds.
    private static final int MOST = 1024 * 1024;

    private DataRules() {}

    static void configMap(Place body) {
        keys(body, List.of("data", "binaryData"));
        for (var entry : body.entries("binaryData")) {
            if (body.at("data").has(entry.keyIn(body.at("binaryData")))) {
                entry.bad("must have a key that data does not have");
            }
        }
    }

    static void secret(Place body) {
        keys(body, List.of("data", "stringData"));
        if (body.text("type").equals("kubernetes.io/tls")) {
            for (var key : List.of("tls.crt", "tls.key")) {
                if (!body.at("data").has(key) && !body.at("stringData").has(key)) {
                    body.at("data").missing(key, "what a Secret of type kubernetes.io/tls has");
                }
            }
        }
    }

    private static void keys(Place body, List<String> maps) {
        var size = 0L;
        for (var field : maps) {
            var map = body.at(field);
            for (var entry : body.entries(field)) {
                complain(map, Names.configKey(entry.keyIn(map)));
                size += entry.text().length();
            }
        }
        if (size > MOST) {
            body.at("data").forbid("more than 1048576 bytes", "keep large data in a volume");
        }
    }
}
