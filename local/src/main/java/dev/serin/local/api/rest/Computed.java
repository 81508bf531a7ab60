package dev.serin.local.api.rest;

import dev.serin.config.Resource;
import dev.serin.config.ResourceKey;
import dev.serin.local.api.kind.ServedKind;
import dev.serin.local.store.Store;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// get, list and watch of what nobody stores: it is made when somebody asks.
final class Computed {
    /// What a list that may be watched is made from.
    private static final String DEFINITIONS = "customresourcedefinitions.apiextensions.k8s.io";

    private final Store store;
    private final Reads reads;
    private final Map<String, Source> sources;

    /// Who makes them.
    interface Source {
        /// @param namespace empty for all
        List<Resource> all(ServedKind served, String namespace);
    }

    /// @param sources by group
    Computed(Store store, Reads reads, Map<String, Source> sources) {
        this.store = store;
        this.reads = reads;
        this.sources = Map.copyOf(sources);
    }

    /// @param verb get, list, or watch where that is served
    void answer(Call call, String verb) throws IOException, InterruptedException {
        var target = call.target();
        var kind = call.served().kind();
        var source = Objects.requireNonNull(sources.get(kind.group()));
        var all = source.all(call.served(), target.namespace());
        if (verb.equals("get")) {
            var found =
                    all.stream()
                            .filter(r -> r.name().equals(target.name()))
                            .findFirst()
                            .orElse(null);
            var key = new ResourceKey(kind.family(), target.namespace(), target.name());
            RestApi.json(call.exchange(), 200, reads.views(call).one(RestApi.require(found, key)));
            return;
        }
        var filter = Lists.Filter.of(call.request(), call.served());
        var matching = all.stream().filter(filter::matches).toList();
        if (verb.equals("watch")) {
            reads.watch(call, DEFINITIONS, matching);
            return;
        }
        RestApi.json(
                call.exchange(),
                200,
                reads.views(call).list(new Lists.Page(store.revision(), matching, "", 0)));
    }
}
