package dev.serin.local.api.rest;

import dev.serin.config.ResourceKey;
import dev.serin.local.api.Caller;
import dev.serin.local.api.Refusal;
import dev.serin.local.api.kind.Catalogue;
import dev.serin.local.api.kind.ServedKind;
import dev.serin.local.api.wire.Exchange;
import dev.serin.local.api.wire.Request;
import dev.serin.local.api.write.Intent;
import dev.serin.local.api.write.Intent.FieldValidation;

import tools.jackson.databind.JsonNode;

import java.util.Locale;

/// A request whose caller may do what it asks, and what it names.
///
/// @param served the kind in the version of the path
record Call(
        Exchange exchange, Caller caller, Target target, ServedKind served, Catalogue catalogue) {

    Request request() {
        return exchange.request();
    }

    /// The kind that it is stored as. One of a user's definition stays in the version that it was
    /// written in, since its versions differ in what they ask for.
    ServedKind stored() {
        if (served.custom() != null) {
            return served;
        }
        var stored = catalogue.stored(served.kind().family());
        return stored == null ? served : stored;
    }

    ResourceKey key(String name) {
        return new ResourceKey(stored().kind().family(), target.namespace(), name);
    }

    ResourceKey key() {
        return key(target.name());
    }

    /// How the caller wants to write. Its warnings are the answer's.
    ///
    /// @param options of the body of a deletion; missing else
    Intent intent(JsonNode options) {
        var manager = request().parameter("fieldManager");
        if (manager.isEmpty()) {
            var agent = request().header("user-agent");
            var slash = agent.indexOf('/');
            manager = slash < 0 ? agent : agent.substring(0, slash);
        }
        var dryRun = !request().parameters("dryRun").isEmpty() || !options.path("dryRun").isEmpty();
        return new Intent(
                caller,
                manager.isEmpty() ? "unknown" : manager,
                dryRun,
                validation(),
                exchange.warnings());
    }

    private FieldValidation validation() {
        return switch (request().parameter("fieldValidation").toLowerCase(Locale.ROOT)) {
            case "strict" -> FieldValidation.STRICT;
            case "ignore" -> FieldValidation.IGNORE;
            case "", "warn" -> FieldValidation.WARN;
            default ->
                    throw Refusal.badRequest(
                            "fieldValidation: Unsupported value: \""
                                    + request().parameter("fieldValidation")
                                    + "\": supported values: \"Ignore\", \"Strict\", \"Warn\"");
        };
    }
}
