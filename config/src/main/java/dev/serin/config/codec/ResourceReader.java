package dev.serin.config.codec;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;
import dev.serin.base.text.Nearest;
import dev.serin.config.Resource;
import dev.serin.config.schema.Schemas;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.node.ObjectNode;

import java.util.ArrayList;
import java.util.List;

/// Reads manifests: YAML of several documents, or JSON. It sees to the outer form only (is it YAML,
/// is it a kind that is known); what is inside is for the checks.
public final class ResourceReader {
    private final Schemas schemas;

    public ResourceReader(Schemas schemas) {
        this.schemas = schemas;
    }

    /// What a text held.
    ///
    /// @param problems of documents that are no known resource; the others are in `manifests`
    public record Read(List<Manifest> manifests, List<Problem> problems) {}

    /// Reads a text; a `v1 List` is taken for its items.
    ///
    /// @param file what errors call the text; `.json` at its end makes it JSON
    public Read read(String file, String text) {
        var manifests = new ArrayList<Manifest>();
        var problems = new ArrayList<Problem>();
        try {
            var documents =
                    file.endsWith(".json")
                            ? JsonReader.read(file, text)
                            : YamlReader.read(file, text);
            documents.forEach(d -> add(d, manifests, problems));
        } catch (ProblemException e) {
            problems.addAll(e.problems());
        }
        return new Read(List.copyOf(manifests), List.copyOf(problems));
    }

    private void add(Document document, List<Manifest> manifests, List<Problem> problems) {
        var root = document.root();
        if (root.path("kind").asString("").equals("List") && root.path("items").isArray()) {
            for (var i = 0; i < root.path("items").size(); i++) {
                var item = root.path("items").path(i);
                var below = document.positions().below("items[" + i + "]");
                add(new Document(document.file(), item, below), manifests, problems);
            }
            return;
        }
        var problem = outerProblem(document);
        if (problem != null) {
            problems.add(problem);
            return;
        }
        var schema =
                schemas.find(root.path("apiVersion").asString(""), root.path("kind").asString(""));
        if (schema == null) {
            problems.add(unknownKind(document));
        } else {
            manifests.add(
                    new Manifest(
                            new Resource(schema.kind(), (ObjectNode) root),
                            schema,
                            document.file(),
                            document.positions()));
        }
    }

    private static @Nullable Problem outerProblem(Document document) {
        var root = document.root();
        if (!root.isObject()) {
            return at(
                    document,
                    "",
                    "a " + (root.isArray() ? "list" : "single value"),
                    "a resource: a map with apiVersion, kind and metadata",
                    "look for a missing key, or a stray --- line");
        }
        for (var field : List.of("apiVersion", "kind")) {
            if (!root.path(field).isString()) {
                return at(
                        document,
                        field,
                        root.has(field) ? "found " + root.get(field) : "not there",
                        "a text such as " + (field.equals("kind") ? "Deployment" : "apps/v1"),
                        "add " + field + " to this document");
            }
        }
        return null;
    }

    private Problem unknownKind(Document document) {
        var kind = document.root().path("kind").asString("");
        var apiVersion = document.root().path("apiVersion").asString("");
        var versions = schemas.versions(kind).stream().map(s -> s.kind().apiVersion()).toList();
        if (!versions.isEmpty()) {
            return at(
                    document,
                    "apiVersion",
                    "no kind " + kind + " in " + apiVersion,
                    "one of " + String.join(", ", versions),
                    "write apiVersion: " + versions.getFirst());
        }
        var kinds =
                schemas.all().stream()
                        .filter(s -> !s.request())
                        .map(s -> s.kind().kind())
                        .distinct()
                        .sorted()
                        .toList();
        var near = Nearest.to(kind, kinds);
        return at(
                document,
                "kind",
                "unknown kind " + kind + " (apiVersion " + apiVersion + ")",
                "one of " + String.join(", ", kinds),
                near == null ? "take this document out" : "did you mean " + near + "?");
    }

    private static Problem at(
            Document document, String path, String found, String expected, String cure) {
        var place = document.file() + ":" + document.positions().at(path).line();
        return new Problem(path.isEmpty() ? place : place + ": " + path, found, expected, cure);
    }
}
