package dev.serin.local.image;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;

/// The name of an image, completed as Docker does: `tensorflow/serving` is
/// `docker.io/tensorflow/serving`, `busybox` is `docker.io/library/busybox`.
///
/// @param repository with its registry
/// @param tag empty where none is written
/// @param digest empty where none is written, else with its algorithm: `sha256:…`
public record ImageReference(String repository, String tag, String digest) {
    private static final String DOCKER = "docker.io";

    /// @throws ProblemException where `text` can't be the name of an image
    public static ImageReference parse(String text) {
        var at = text.indexOf('@');
        var digest = at < 0 ? "" : text.substring(at + 1);
        var named = at < 0 ? text : text.substring(0, at);
        var colon = named.lastIndexOf(':');
        var tagged = colon > named.lastIndexOf('/');
        var tag = tagged ? named.substring(colon + 1) : "";
        var path = tagged ? named.substring(0, colon) : named;
        if (!path.matches("[a-zA-Z0-9][a-zA-Z0-9._/:-]*") || path.endsWith("/")) {
            throw new ProblemException(
                    new Problem(
                            "image",
                            "'" + text + "'",
                            "registry/repository:tag or …@sha256:digest",
                            "write for instance tensorflow/serving:2.20.0"));
        }
        return new ImageReference(registered(path), tag, digest);
    }

    private static String registered(String path) {
        var slash = path.indexOf('/');
        var first = slash < 0 ? "" : path.substring(0, slash);
        var registry = first.contains(".") || first.contains(":") || first.equals("localhost");
        var repository = registry ? path : DOCKER + "/" + path;
        if (repository.startsWith("index." + DOCKER + "/")) {
            repository = repository.substring("index.".length());
        }
        return repository.startsWith(DOCKER + "/")
                        && repository.indexOf('/', DOCKER.length() + 1) < 0
                ? DOCKER + "/library/" + repository.substring(DOCKER.length() + 1)
                : repository;
    }

    /// Without tag and digest, as people write it: `tensorflow/serving`.
    public String familiar() {
        if (repository.startsWith(DOCKER + "/library/")) {
            return repository.substring((DOCKER + "/library/").length());
        }
        return repository.startsWith(DOCKER + "/")
                ? repository.substring(DOCKER.length() + 1)
                : repository;
    }

    /// As people write it, with tag and digest.
    @Override
    public String toString() {
        return familiar()
                + (tag.isEmpty() ? "" : ":" + tag)
                + (digest.isEmpty() ? "" : "@" + digest);
    }

    /// Whether a catalogue entry of this name is meant by `wanted`: what the entry leaves open fits
    /// everything.
    boolean covers(ImageReference wanted) {
        return repository.equals(wanted.repository)
                && (tag.isEmpty() || tag.equals(wanted.tag))
                && (digest.isEmpty() || digest.equals(wanted.digest));
    }

    /// How much of the image it says; of two entries that cover one, the more exact wins.
    int exactness() {
        return (digest.isEmpty() ? 0 : 2) + (tag.isEmpty() ? 0 : 1);
    }
}
