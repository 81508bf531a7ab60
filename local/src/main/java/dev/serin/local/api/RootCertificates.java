package dev.serin.local.api;

import dev.serin.config.Resource;
import dev.serin.config.ResourceKey;
import dev.serin.config.ResourceKind;
import dev.serin.config.source.ConfigSource;

import tools.jackson.databind.json.JsonMapper;

import java.util.Set;
import java.util.function.Consumer;

/// Keeps the API's certificate authority in every namespace, as the ConfigMap that pods mount
/// beside their token. Calls come on one thread.
final class RootCertificates implements ConfigSource.Watcher {
    private static final String NAME = "kube-root-ca.crt";

    private final ResourceClient client;
    private final ResourceKind maps;
    private final String ca;
    private final Consumer<Throwable> failures;

    /// @param ca PEM
    RootCertificates(
            ResourceClient client, ResourceKind maps, String ca, Consumer<Throwable> failures) {
        this.client = client;
        this.maps = maps;
        this.ca = ca;
        this.failures = failures;
    }

    ConfigSource.Watch start(ResourceKind namespaces) {
        return client.watch(Set.of(namespaces), this);
    }

    @Override
    public void changed(Resource namespace) {
        if (namespace.metadata().has("deletionTimestamp")) {
            return;
        }
        try {
            keep(namespace.name());
        } catch (Refusal refusal) {
            // The namespace has begun to end, or somebody else was faster.
            if (refusal.code() >= 500) {
                failures.accept(refusal);
            }
        }
    }

    private void keep(String namespace) {
        var found = client.get(new ResourceKey(maps.family(), namespace, NAME));
        if (found == null) {
            var body = JsonMapper.shared().createObjectNode();
            body.withObject("/metadata").put("name", NAME).put("namespace", namespace);
            body.putObject("data").put("ca.crt", ca);
            client.create(new Resource(maps, body));
        } else if (!found.body().path("data").path("ca.crt").asString("").equals(ca)) {
            var body = found.body().deepCopy();
            body.withObject("/data").put("ca.crt", ca);
            client.update(new Resource(maps, body));
        }
    }

    @Override
    public void removed(ResourceKey key) {}

    @Override
    public void synced() {}
}
