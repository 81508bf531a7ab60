package dev.serin.modelserver.api;

import dev.serin.base.flow.Latest;
import dev.serin.inference.ModelSpec;
import dev.serin.inference.ServingException;
import dev.serin.inference.Signature;
import dev.serin.inference.StatusCode;
import dev.serin.inference.rest.ExamplesCall;
import dev.serin.inference.rest.MetadataAnswer;
import dev.serin.inference.rest.PredictAnswer;
import dev.serin.inference.rest.PredictCall;
import dev.serin.inference.rest.ResultsAnswer;
import dev.serin.inference.rest.StatusAnswer;
import dev.serin.modelserver.servable.Loaded;
import dev.serin.modelserver.servable.Servable;
import dev.serin.modelserver.servable.ServableTable;

import org.jspecify.annotations.Nullable;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Answers requests of TensorFlow Serving's REST interface. Knows nothing of connections. Safe for
/// any thread; a prediction blocks the caller while the model computes.
final class RestApi {
    private static final String WHICH = "(?:/versions/(\\d+)|/labels/([^/:]+))?";
    private static final Pattern CALL =
            Pattern.compile(
                    "/v1/models/([^/:]+)" + WHICH + ":(classify|regress|predict)",
                    Pattern.CASE_INSENSITIVE);
    private static final Pattern MODEL =
            Pattern.compile(
                    "/v1/models(?:/([^/:]+))?" + WHICH + "(/metadata)?", Pattern.CASE_INSENSITIVE);

    private final Latest<ServableTable> table;
    private final Consumer<RuntimeException> mistakes;

    /// @param mistakes told of an exception that is ours to mend
    RestApi(Latest<ServableTable> table, Consumer<RuntimeException> mistakes) {
        this.table = table;
        this.mistakes = mistakes;
    }

    /// @param path without the query
    HttpAnswer answer(String method, String path, byte[] body) {
        try {
            return answerOrThrow(method, path, body);
        } catch (ServingException e) {
            return HttpAnswer.error(e);
        } catch (OutOfMemoryError e) {
            return HttpAnswer.error(
                    new ServingException(
                            StatusCode.RESOURCE_EXHAUSTED,
                            "The request needs more memory than the server has"));
        } catch (RuntimeException e) {
            mistakes.accept(e);
            return HttpAnswer.error(
                    new ServingException(StatusCode.INTERNAL, "Internal error: " + e));
        }
    }

    private HttpAnswer answerOrThrow(String method, String path, byte[] body) {
        if (path.equals("/readyz")) {
            return table.get().isReady()
                    ? HttpAnswer.text(200, "ready\n")
                    : HttpAnswer.text(503, "not every model has an available version yet\n");
        }
        if (!path.regionMatches(true, 0, "/v1/", 0, 4)) {
            return HttpAnswer.noSuchPage();
        }
        if (method.equals("POST")) {
            var call = CALL.matcher(path);
            if (call.matches()) {
                return call(spec(call), call.group(4).toLowerCase(Locale.ROOT), body);
            }
        } else if (method.equals("GET")) {
            var model = MODEL.matcher(path);
            if (model.matches()) {
                if (model.group(1) == null) {
                    throw ServingException.invalid("Missing model name in request.");
                }
                return model.group(4) == null ? status(spec(model)) : metadata(spec(model));
            }
        }
        throw ServingException.invalid("Malformed request: " + method + " " + path);
    }

    private static ModelSpec spec(Matcher path) {
        var name = decoded(path.group(1));
        var label = path.group(3);
        return new ModelSpec(name, version(path.group(2)), label == null ? null : decoded(label));
    }

    private static @Nullable Long version(@Nullable String text) {
        if (text == null) {
            return null;
        }
        try {
            return Long.valueOf(text);
        } catch (NumberFormatException e) {
            throw ServingException.invalid("Failed to convert version: " + text + " to numeric.");
        }
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return text;
        }
    }

    private HttpAnswer call(ModelSpec spec, String method, byte[] body) {
        if (method.equals("predict")) {
            return predict(spec, body);
        }
        var call = ExamplesCall.read(body);
        try (var lease = table.get().lease(spec)) {
            var servable = lease.servable();
            var signature = ExampleRuns.signature(servable, call.signatureName());
            return HttpAnswer.json(
                    method.equals("classify")
                            ? ResultsAnswer.classes(
                                    ExampleRuns.classify(servable, signature, call.examples()))
                            : ResultsAnswer.regressions(
                                    ExampleRuns.regress(servable, signature, call.examples())),
                    lease.id().version());
        }
    }

    private HttpAnswer predict(ModelSpec spec, byte[] body) {
        // The JSON is read before the model is looked for: that is the order of the errors.
        try (var use = new Use(table, spec)) {
            var call = PredictCall.read(body, use::signature);
            var outputs = use.servable().run(call.signature(), call.inputs());
            return HttpAnswer.json(PredictAnswer.write(outputs, call.form()), use.version());
        }
    }

    private HttpAnswer status(ModelSpec spec) {
        return HttpAnswer.json(StatusAnswer.write(table.get().statuses(spec)), null);
    }

    private HttpAnswer metadata(ModelSpec spec) {
        try (var lease = table.get().lease(spec)) {
            long version = lease.id().version();
            return HttpAnswer.json(
                    MetadataAnswer.write(spec.name(), version, lease.servable().signatures()),
                    version);
        }
    }

    /// The use of a model by one request, taken when the request asks for a signature.
    private static final class Use implements AutoCloseable {
        private final Latest<ServableTable> table;
        private final ModelSpec spec;
        private Loaded.@Nullable Lease lease;

        Use(Latest<ServableTable> table, ModelSpec spec) {
            this.table = table;
            this.spec = spec;
        }

        Signature signature(String name) {
            var taken = table.get().lease(spec);
            lease = taken;
            var signature = taken.servable().signatures().get(name);
            if (signature == null) {
                throw ServingException.invalid(
                        "Serving signature name: \"" + name + "\" not found in signature def");
            }
            return signature;
        }

        Servable servable() {
            return taken().servable();
        }

        long version() {
            return taken().id().version();
        }

        private Loaded.Lease taken() {
            if (lease == null) {
                throw new IllegalStateException("no signature was asked for");
            }
            return lease;
        }

        @Override
        public void close() {
            if (lease != null) {
                lease.close();
            }
        }
    }
}
