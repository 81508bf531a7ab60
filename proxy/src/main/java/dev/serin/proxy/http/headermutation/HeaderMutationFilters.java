package dev.serin.proxy.http.headermutation;

import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.extension.ExtensionConfig;
import dev.serin.proxy.format.Entry;
import dev.serin.proxy.http.RequestHead;
import dev.serin.proxy.http.ResponseHead;
import dev.serin.proxy.http.filter.HttpFilter;
import dev.serin.proxy.http.filter.HttpFilterFactory;
import dev.serin.proxy.http.filter.StreamContext;
import dev.serin.proxy.route.HeaderChanges;

import io.envoyproxy.envoy.config.common.mutation_rules.v3.HeaderMutation;
import io.envoyproxy.envoy.extensions.filters.http.header_mutation.v3.HeaderMutationPerRoute;
import io.envoyproxy.envoy.extensions.filters.http.header_mutation.v3.Mutations;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/// Changes headers as told, one mutation after the other: first the listener's, then the routes',
/// from the outermost level to the most specific or the other way round. As Envoy's HeaderMutation.
public final class HeaderMutationFilters implements HttpFilterFactory {
    private static final String OWN =
            "envoy.extensions.filters.http.header_mutation.v3.HeaderMutation";

    @Override
    public List<String> types() {
        return List.of(
                OWN, "envoy.extensions.filters.http.header_mutation.v3.HeaderMutationPerRoute");
    }

    @Override
    public Supplier<HttpFilter> compile(ExtensionConfig config) throws ConfigProblem {
        if (!config.type().equals(OWN)) {
            throw new ConfigProblem("typed_config", config.type() + " belongs on a route");
        }
        var message =
                config.as(
                        io.envoyproxy.envoy.extensions.filters.http.header_mutation.v3
                                .HeaderMutation.parser());
        var filter =
                new Changing(
                        config.name(),
                        changes(message.getMutations()),
                        message.getMostSpecificHeaderMutationsWins());
        return () -> filter;
    }

    @Override
    public Object compilePerRoute(ExtensionConfig config) throws ConfigProblem {
        return changes(config.as(HeaderMutationPerRoute.parser()).getMutations());
    }

    private static Changes changes(Mutations mutations) throws ConfigProblem {
        return new Changes(
                changes(mutations.getRequestMutationsList()),
                changes(mutations.getResponseMutationsList()));
    }

    private static List<HeaderChanges> changes(List<HeaderMutation> mutations)
            throws ConfigProblem {
        var changes = new ArrayList<HeaderChanges>();
        for (var mutation : mutations) {
            changes.add(
                    switch (mutation.getActionCase()) {
                        case REMOVE -> HeaderChanges.of(List.of(), List.of(mutation.getRemove()));
                        case APPEND -> HeaderChanges.of(List.of(mutation.getAppend()), List.of());
                        default ->
                                throw new ConfigProblem(
                                        "mutations",
                                        mutation.getActionCase() + " is not supported");
                    });
        }
        return List.copyOf(changes);
    }

    /// What one level changes.
    private record Changes(List<HeaderChanges> request, List<HeaderChanges> response) {}

    /// Has no state of its own.
    private record Changing(String name, Changes usual, boolean specificLast)
            implements HttpFilter {
        @Override
        public Next request(StreamContext stream, RequestHead head, boolean end) {
            Supplier<Entry> now = () -> Entry.of(stream.soFar(), stream.ticker().now());
            usual.request().forEach(c -> c.apply(head.headers(), now));
            for (var level : levels(stream)) {
                level.request().forEach(c -> c.apply(head.headers(), now));
            }
            return Next.CONTINUE;
        }

        @Override
        public Next response(StreamContext stream, ResponseHead head, boolean end) {
            Supplier<Entry> now =
                    () -> {
                        var soFar = stream.soFar();
                        return Entry.of(
                                soFar.answered(head, soFar.details()), stream.ticker().now());
                    };
            usual.response().forEach(c -> c.apply(head.headers(), now));
            for (var level : levels(stream)) {
                level.response().forEach(c -> c.apply(head.headers(), now));
            }
            return Next.CONTINUE;
        }

        private List<Changes> levels(StreamContext stream) {
            var levels =
                    stream.perRoutes(name).stream()
                            .filter(Changes.class::isInstance)
                            .map(Changes.class::cast)
                            .toList();
            return specificLast ? levels.reversed() : levels;
        }
    }
}
