package dev.serin.controlplane.admin;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;
import dev.serin.config.Resource;
import dev.serin.config.ResourceKind;
import dev.serin.config.check.Validator;
import dev.serin.config.check.Wording;
import dev.serin.config.fields.FieldStates;
import dev.serin.controlplane.inject.Injector;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.node.ObjectNode;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/// What the API server asks before it stores something: `/inject` adds the sidecar to pods,
/// `/validate` refuses what cannot work and warns of what does not work yet.
public final class Webhooks {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Injector injector;
    private final Function<String, Map<String, String>> namespaceLabels;
    private final Function<Resource, List<String>> warnings;

    /// @param namespaceLabels by name of the namespace
    /// @param warnings about a resource that is right in itself, such as a subset that nobody
    ///   declares yet
    public Webhooks(
            Injector injector,
            Function<String, Map<String, String>> namespaceLabels,
            Function<Resource, List<String>> warnings) {
        this.injector = injector;
        this.namespaceLabels = namespaceLabels;
        this.warnings = warnings;
    }

    public Map<String, HttpDoor.Page> pages() {
        return Map.of(
                "/inject", (_, body) -> HttpDoor.Answer.json(inject(review(body)).toString()),
                "/validate", (_, body) -> HttpDoor.Answer.json(validate(review(body)).toString()));
    }

    ObjectNode inject(JsonNode review) {
        var request = review.path("request");
        var answer = answer(review);
        var response = answer.withObject("response").put("allowed", true);
        var namespace = request.path("namespace").asString("");
        if (request.path("object") instanceof ObjectNode pod
                && injector.wants(pod, namespace, namespaceLabels.apply(namespace))) {
            var injected = injector.inject(pod, namespace);
            var patch = JSON.createArrayNode();
            for (var part : List.of("/metadata/labels", "/metadata/annotations", "/spec")) {
                patch.addObject()
                        .put("op", "add")
                        .put("path", part)
                        .set("value", injected.at(part));
            }
            response.put("patchType", "JSONPatch")
                    .put(
                            "patch",
                            Base64.getEncoder()
                                    .encodeToString(
                                            patch.toString().getBytes(StandardCharsets.UTF_8)));
        }
        return answer;
    }

    ObjectNode validate(JsonNode review) {
        var answer = answer(review);
        var response = answer.withObject("response").put("allowed", true);
        if (!(review.path("request").path("object") instanceof ObjectNode object)) {
            return answer;
        }
        var resource = resource(review.path("request"), object);
        var subject = resource.kind().kind() + " " + resource.namespace() + "/" + resource.name();
        var violations =
                Validator.check(resource).stream()
                        .map(v -> Wording.problem(subject, v).text())
                        .toList();
        if (!violations.isEmpty()) {
            response.put("allowed", false)
                    .putObject("status")
                    .put("code", 422)
                    .put("reason", "Invalid")
                    .put("message", String.join("\n", violations));
            return answer;
        }
        var told = new ArrayList<>(FieldStates.istio().warnings(resource));
        told.addAll(warnings.apply(resource));
        if (!told.isEmpty()) {
            told.forEach(response.putArray("warnings")::add);
        }
        return answer;
    }

    private static Resource resource(JsonNode request, ObjectNode object) {
        var kind = request.path("kind");
        return new Resource(
                new ResourceKind(
                        kind.path("group").asString(""),
                        kind.path("version").asString(""),
                        kind.path("kind").asString(""),
                        request.path("resource").path("resource").asString(""),
                        !request.path("namespace").asString("").isEmpty()),
                object);
    }

    private static ObjectNode answer(JsonNode review) {
        var answer = JSON.createObjectNode();
        answer.put("apiVersion", review.path("apiVersion").asString("admission.k8s.io/v1"))
                .put("kind", "AdmissionReview")
                .putObject("response")
                .put("uid", review.path("request").path("uid").asString(""));
        return answer;
    }

    private static JsonNode review(byte[] body) {
        try {
            return JSON.readTree(body);
        } catch (JacksonException e) {
            throw new ProblemException(
                    Problem.of(
                            "admission review",
                            String.valueOf(e.getOriginalMessage()),
                            "send an AdmissionReview as JSON"),
                    e);
        }
    }
}
