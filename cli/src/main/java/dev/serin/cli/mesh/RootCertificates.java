package dev.serin.cli.mesh;

import dev.serin.base.flow.Owner;
import dev.serin.config.Resource;
import dev.serin.config.ResourceKey;
import dev.serin.config.source.ConfigSource;
import dev.serin.local.api.Refusal;
import dev.serin.local.api.ResourceClient;

import tools.jackson.databind.node.JsonNodeFactory;

import java.util.Set;
import java.util.function.Consumer;

/// Keeps the mesh's root certificate in every namespace, as the ConfigMap `istio-ca-root-cert` that
/// sidecars mount, and puts it back when somebody changes or deletes it. Works on its own thread.
final class RootCertificates implements AutoCloseable {
    static final String NAME = "istio-ca-root-cert";
    private static final String ENTRY = "root-cert.pem";

    private final ResourceClient client;
    private final String rootPem;
    private final Owner owner;
    private final ConfigSource.Watch watch;

    RootCertificates(ResourceClient client, String rootPem, Consumer<Throwable> failures) {
        this.client = client;
        this.rootPem = rootPem;
        this.owner = new Owner("root-certificates", failures);
        this.watch = client.watch(Set.of(Kinds.NAMESPACE, Kinds.CONFIG_MAP), new Watcher());
    }

    @Override
    public void close() {
        watch.close();
        // What is queued needs the API, which closes after this.
        owner.call(() -> true).join();
        owner.close();
    }

    private void ensure(String namespace) {
        var key = new ResourceKey(Kinds.CONFIG_MAP.family(), namespace, NAME);
        var there = client.get(key);
        try {
            if (there == null) {
                client.create(wanted(namespace));
            } else if (!there.body().path("data").path(ENTRY).asString("").equals(rootPem)) {
                client.update(wanted(namespace));
            }
        } catch (Refusal e) {
            // A namespace that is going, or somebody was faster: the next change brings us here
            // again.
            if (e.code() != 404 && e.code() != 403 && e.code() != 409) {
                throw e;
            }
        }
    }

    private Resource wanted(String namespace) {
        var body = JsonNodeFactory.instance.objectNode();
        body.put("apiVersion", "v1").put("kind", "ConfigMap");
        body.putObject("metadata")
                .put("name", NAME)
                .put("namespace", namespace)
                .putObject("labels")
                .put("istio.io/config", "true");
        body.putObject("data").put(ENTRY, rootPem);
        return new Resource(Kinds.CONFIG_MAP, body);
    }

    private final class Watcher implements ConfigSource.Watcher {
        @Override
        public void changed(Resource resource) {
            if (resource.kind().family().equals(Kinds.NAMESPACE.family())) {
                if (resource.metadata().path("deletionTimestamp").isMissingNode()) {
                    owner.execute(() -> ensure(resource.name()));
                }
            } else if (resource.name().equals(NAME)) {
                owner.execute(() -> ensure(resource.namespace()));
            }
        }

        @Override
        public void removed(ResourceKey key) {
            if (key.family().equals(Kinds.CONFIG_MAP.family()) && key.name().equals(NAME)) {
                owner.execute(() -> ensure(key.namespace()));
            }
        }

        @Override
        public void synced() {}
    }
}
