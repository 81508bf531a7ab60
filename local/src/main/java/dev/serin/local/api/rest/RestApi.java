package dev.serin.local.api.rest;

import dev.serin.base.time.Ticker;
import dev.serin.config.Resource;
import dev.serin.config.ResourceKey;
import dev.serin.local.api.Authenticator;
import dev.serin.local.api.Authorizer;
import dev.serin.local.api.Authorizer.Attributes;
import dev.serin.local.api.PodLogs;
import dev.serin.local.api.PodStreams;
import dev.serin.local.api.Refusal;
import dev.serin.local.api.Tokens;
import dev.serin.local.api.Usage;
import dev.serin.local.api.kind.Catalogue;
import dev.serin.local.api.kind.ServedKind;
import dev.serin.local.api.wire.Door;
import dev.serin.local.api.wire.Exchange;
import dev.serin.local.api.wire.Request;
import dev.serin.local.api.write.WritePath;
import dev.serin.local.store.Store;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// One request, from the door to its answer. Any refusal on the way becomes a Status here.
public final class RestApi implements Door.Handler {
    private static final byte[] NO_PATH = "404 page not found\n".getBytes(StandardCharsets.UTF_8);

    private final Gate gate;
    private final Sources sources;
    private volatile About about;
    private final Reads reads;
    private final Computed computed;
    private final Changes changes;
    private final Parts parts;
    private final Consumer<Throwable> failures;

    /// What the answers are made from.
    public record Sources(
            Supplier<Catalogue> catalogue,
            Store store,
            WritePath writes,
            PodLogs logs,
            PodStreams streams,
            Usage usage,
            Tokens tokens,
            BooleanSupplier ready) {}

    public RestApi(
            Sources sources,
            List<Authenticator> authenticators,
            Authorizer authorizer,
            Ticker ticker,
            Consumer<Throwable> failures) {
        this.gate = new Gate(authenticators, authorizer);
        this.sources = sources;
        this.about = new About(sources.catalogue().get(), sources.ready());
        this.reads = new Reads(sources.store(), ticker);
        this.computed =
                new Computed(
                        sources.store(),
                        reads,
                        Map.of(
                                ServedKind.MEASURED,
                                new Measures(sources.store(), sources.usage()),
                                ServedKind.REGISTERED,
                                new ApiServices(sources.catalogue(), ticker.now())));
        this.changes = new Changes(sources.writes(), new Bodies(sources.catalogue().get()), reads);
        this.parts =
                new Parts(
                        sources.store(),
                        reads,
                        changes,
                        new PodParts(sources.store(), sources.logs(), sources.streams()),
                        new Reviews(
                                sources.tokens(),
                                gate,
                                changes.bodies(),
                                sources.store(),
                                ticker::now));
        this.failures = failures;
    }

    @Override
    public void handle(Exchange exchange) throws IOException, InterruptedException {
        try {
            answer(exchange);
        } catch (Refusal refusal) {
            refuse(exchange, refusal);
        } catch (RuntimeException e) {
            failures.accept(e);
            refuse(exchange, Refusal.fault(String.valueOf(e.getMessage())));
        }
    }

    private static void refuse(Exchange exchange, Refusal refusal)
            throws IOException, InterruptedException {
        if (!exchange.isAnswered()) {
            json(exchange, refusal.code(), Statuses.of(refusal));
        }
    }

    /// Of what is served now.
    private About about() {
        var now = sources.catalogue().get();
        var about = this.about;
        if (about.catalogue() != now) {
            about = new About(now, sources.ready());
            this.about = about;
        }
        return about;
    }

    private void answer(Exchange exchange) throws IOException, InterruptedException {
        var request = exchange.request();
        // Who asks: a wrong token is refused even for what anybody may see.
        var caller = gate.caller(request);
        // What the API says of itself.
        var about = about();
        var target = Target.parse(request.path());
        if (target == null) {
            gate.check(caller, Attributes.path(verb(request, null), request.path()));
            if (!about.answer(exchange)) {
                exchange.answer(404, "text/plain; charset=utf-8", NO_PATH);
            }
            return;
        }
        // Which kind: only after this it is known what is asked.
        var served = about.catalogue().at(target.apiVersion(), target.plural());
        if (served == null || isMisplaced(target, served)) {
            exchange.answer(404, "text/plain; charset=utf-8", NO_PATH);
            return;
        }
        var verb = verb(request, target);
        gate.check(caller, attributes(verb, target));
        var call = new Call(exchange, caller, target, served, about.catalogue());
        requireVerb(verb, call);
        if (served.custom() != null && !served.custom().warning().isEmpty()) {
            exchange.warnings().add(served.custom().warning());
        }
        if (served.isComputed()) {
            computed.answer(call, verb);
            return;
        }
        // Then by verb.
        if (!target.subresource().isEmpty()) {
            parts.answer(call, verb);
            return;
        }
        switch (verb) {
            case "get" -> reads.get(call);
            case "list" -> reads.list(call);
            case "watch" -> reads.watch(call);
            case "create" -> {
                if (served.schema().request()) {
                    parts.review(call);
                } else {
                    changes.create(call);
                }
            }
            case "update" -> changes.update(call);
            case "patch" -> changes.patch(call);
            case "delete" -> changes.delete(call);
            case "deletecollection" -> changes.deleteCollection(call);
            default -> throw notAllowed();
        }
    }

    /// A namespace where the kind has none. (None where it has one means all of them.)
    private static boolean isMisplaced(Target target, ServedKind served) {
        return !target.namespace().isEmpty() && !served.kind().namespaced();
    }

    private static void requireVerb(String verb, Call call) {
        var part = call.target().subresource();
        var served = call.served();
        if (!part.isEmpty() && !served.subresources().contains(part)) {
            throw new Refusal(
                    404,
                    "NotFound",
                    "the server could not find the requested resource",
                    new Refusal.Details("", "", "", "", List.of(), 0));
        }
        var verbs = part.isEmpty() ? served.verbs() : ServedKind.verbsOf(part);
        var allNamespaces =
                served.kind().namespaced()
                        && call.target().namespace().isEmpty()
                        && !List.of("list", "watch").contains(verb);
        if (!verbs.contains(verb) || allNamespaces) {
            throw notAllowed();
        }
    }

    static Refusal notAllowed() {
        return new Refusal(
                405,
                "MethodNotAllowed",
                "the server does not allow this method on the requested resource",
                new Refusal.Details("", "", "", "", List.of(), 0));
    }

    private static String verb(Request request, @Nullable Target target) {
        var many = target == null || target.name().isEmpty();
        var part = target != null && !target.subresource().isEmpty();
        return switch (request.method()) {
            case "GET", "HEAD" -> {
                if (target == null) {
                    yield "get";
                }
                yield request.isTrue("watch") && !part ? "watch" : many ? "list" : "get";
            }
            case "POST" -> many || part ? "create" : "none";
            case "PUT" -> many ? "none" : "update";
            case "PATCH" -> many ? "none" : "patch";
            case "DELETE" -> many ? "deletecollection" : "delete";
            default -> "none";
        };
    }

    private static Attributes attributes(String verb, Target target) {
        var slash = target.apiVersion().indexOf('/');
        return new Attributes(
                verb,
                target.group(),
                target.apiVersion().substring(slash + 1),
                target.plural(),
                target.subresource(),
                target.plural().equals("namespaces") ? target.name() : target.namespace(),
                target.name(),
                "");
    }

    /// As JSON, or as YAML for who accepts that first.
    static void json(Exchange exchange, int status, JsonNode body)
            throws IOException, InterruptedException {
        if (Media.isYaml(exchange.request().header("accept"))) {
            exchange.answer(status, Media.YAML, YamlText.of(body).getBytes(StandardCharsets.UTF_8));
            return;
        }
        exchange.answer(status, "application/json", Json.line(body));
    }

    /// The resource that a call names.
    ///
    /// @throws Refusal 404
    static Resource require(@Nullable Resource found, ResourceKey key) {
        if (found == null) {
            throw Refusal.notFound(key);
        }
        return Objects.requireNonNull(found);
    }
}
