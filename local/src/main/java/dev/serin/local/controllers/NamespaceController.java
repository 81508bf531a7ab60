package dev.serin.local.controllers;

import dev.serin.config.Resource;
import dev.serin.config.ResourceKey;
import dev.serin.config.ResourceKind;
import dev.serin.local.api.ResourceClient;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.node.JsonNodeFactory;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/// Keeps the service account `default` in every namespace: pods name it where they name none.
final class NamespaceController implements Controller {
    private final ResourceClient client;

    NamespaceController(ResourceClient client) {
        this.client = client;
    }

    @Override
    public String name() {
        return "namespace";
    }

    @Override
    public Set<ResourceKind> watches() {
        return Set.of(Kinds.NAMESPACE, Kinds.SERVICE_ACCOUNT);
    }

    @Override
    public Collection<ResourceKey> wakes(Resource resource) {
        var namespace =
                resource.kind().family().equals(Kinds.NAMESPACE.family())
                        ? resource.name()
                        : resource.namespace();
        return List.of(Kinds.key(Kinds.NAMESPACE, "", namespace));
    }

    @Override
    public @Nullable Duration reconcile(ResourceKey key) {
        var namespace = client.get(key);
        var account = Kinds.key(Kinds.SERVICE_ACCOUNT, key.name(), "default");
        if (namespace != null
                && !namespace.metadata().has("deletionTimestamp")
                && client.get(account) == null) {
            var body = JsonNodeFactory.instance.objectNode();
            body.put("apiVersion", "v1").put("kind", "ServiceAccount");
            body.putObject("metadata").put("name", "default").put("namespace", key.name());
            client.create(new Resource(Kinds.SERVICE_ACCOUNT, body));
        }
        return null;
    }
}
