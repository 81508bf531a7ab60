package dev.serin.local.api.access;

import dev.serin.config.Resource;
import dev.serin.config.ResourceKey;
import dev.serin.config.ResourceKind;
import dev.serin.config.source.ConfigSource;
import dev.serin.local.api.Refusal;
import dev.serin.local.api.ResourceClient;
import dev.serin.local.api.rest.LabelSelector;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/// Keeps roles that are made of others in step with these, and makes the roles and bindings that
/// are there from the beginning. Told of changes on a thread of its own.
public final class Aggregation implements ConfigSource.Watcher {
    private static final ResourceKind ROLES =
            new ResourceKind(Access.GROUP, "v1", "ClusterRole", "clusterroles", false);
    private static final ResourceKind BINDINGS =
            new ResourceKind(
                    Access.GROUP, "v1", "ClusterRoleBinding", "clusterrolebindings", false);

    private final ResourceClient client;
    private final Consumer<Throwable> failures;
    private volatile boolean closed;

    public Aggregation(ResourceClient client, Consumer<Throwable> failures) {
        this.client = client;
        this.failures = failures;
    }

    /// What is not there yet; what somebody has changed stays as it is.
    public ConfigSource.Watch start() {
        Defaults.roles().forEach(body -> make(new Resource(ROLES, body)));
        Defaults.bindings().forEach(body -> make(new Resource(BINDINGS, body)));
        var watch = client.watch(Set.of(ROLES), this);
        return () -> {
            closed = true;
            watch.close();
        };
    }

    private void make(Resource resource) {
        if (client.get(resource.key()) == null) {
            client.create(resource);
        }
    }

    @Override
    public void changed(Resource role) {
        settle();
    }

    @Override
    public void synced() {}

    @Override
    public void removed(ResourceKey key) {
        settle();
    }

    private void settle() {
        var all =
                client.list(ROLES, null, Map.of()).stream()
                        .sorted(Comparator.comparing(Resource::name))
                        .toList();
        for (var role : all) {
            var selectors = role.body().path("aggregationRule").path("clusterRoleSelectors");
            if (selectors.isEmpty()) {
                continue;
            }
            var rules = new LinkedHashSet<JsonNode>();
            for (var part : all) {
                if (!part.name().equals(role.name()) && isSelected(part, selectors)) {
                    part.body().path("rules").forEach(rules::add);
                }
            }
            var wanted = JsonMapper.shared().createArrayNode();
            rules.forEach(wanted::add);
            var has = role.body().path("rules");
            if (!wanted.equals(has) && !(wanted.isEmpty() && has.isEmpty())) {
                var body = role.body().deepCopy();
                body.set("rules", wanted.deepCopy());
                update(new Resource(ROLES, body));
            }
        }
    }

    private void update(Resource role) {
        try {
            client.update(role);
        } catch (Refusal refusal) {
            // Somebody has changed it, so there is another change to come.
            if (refusal.code() != 404 && refusal.code() != 409) {
                failures.accept(refusal);
            }
        } catch (IllegalStateException e) {
            // The store may close under a call that runs already.
            if (!closed) {
                failures.accept(e);
            }
        }
    }

    private static boolean isSelected(Resource role, JsonNode selectors) {
        for (var selector : selectors) {
            if (LabelSelector.of(selector).matches(role.labels())) {
                return true;
            }
        }
        return false;
    }
}
