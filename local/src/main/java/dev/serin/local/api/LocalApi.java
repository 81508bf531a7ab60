package dev.serin.local.api;

import dev.serin.base.chance.Draws;
import dev.serin.base.time.Ticker;
import dev.serin.config.Resource;
import dev.serin.config.ResourceKey;
import dev.serin.local.api.kind.Catalogue;
import dev.serin.local.api.write.Admission;
import dev.serin.local.api.write.KindRules;
import dev.serin.local.api.write.Stamp;
import dev.serin.local.api.write.WritePath;
import dev.serin.local.store.Store;

import tools.jackson.databind.json.JsonMapper;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/// The Kubernetes API of one machine: the composition of its store, its rules and its door.
public final class LocalApi implements AutoCloseable {
    private static final int HISTORY = 20_000;
    private static final int QUEUE = 5_000;

    private final Store store;
    private final Catalogue catalogue = Catalogue.builtIn();
    private final WritePath writes;

    /// What a local API is made of.
    ///
    /// @param state the folder that it keeps; it must exist
    public record Options(Path state, Ticker ticker, Draws draws) {}

    public LocalApi(Options options) {
        this.store = new Store(options.state().resolve("resources.db"), HISTORY, QUEUE);
        this.writes =
                new WritePath(
                        store,
                        KindRules.NONE,
                        Admission.NONE,
                        new Stamp(options.ticker(), options.draws()));
        for (var name : List.of("default", "kube-system", "kube-public", "kube-node-lease")) {
            if (store.get(new ResourceKey("namespaces", "", name)) == null) {
                var kind = Objects.requireNonNull(catalogue.stored("namespaces")).kind();
                var body = JsonMapper.shared().createObjectNode();
                body.withObject("/metadata").put("name", name);
                client("apiserver").create(new Resource(kind, body));
            }
        }
    }

    /// The API without the wire.
    ///
    /// @param component who writes, as field managers and webhooks are told
    public ResourceClient client(String component) {
        return new InProcess(store, () -> catalogue, writes, component);
    }

    @Override
    public void close() {
        store.close();
    }
}
