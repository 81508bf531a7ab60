package dev.serin.local.api;

import dev.serin.config.ResourceKey;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// The API's refusal of a request, as Kubernetes' Status says it.
public final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int code;
    private final String reason;
    private final transient @Nullable Details details;

    /// @param code the HTTP status, 409 for instance
    /// @param reason one of Kubernetes' words: NotFound, AlreadyExists, Conflict, Invalid,
    ///   BadRequest, Forbidden …; empty for a webhook's denial, which has none
    public Refusal(int code, String reason, String message) {
        this(code, reason, message, null);
    }

    public Refusal(int code, String reason, String message, @Nullable Details details) {
        super(message);
        this.code = code;
        this.reason = reason;
        this.details = details;
    }

    public int code() {
        return code;
    }

    public String reason() {
        return reason;
    }

    /// What the refusal is about; null where the message says it all.
    public @Nullable Details details() {
        return details;
    }

    public static Refusal notFound(ResourceKey key) {
        return new Refusal(
                404,
                "NotFound",
                key.family() + " \"" + key.name() + "\" not found",
                Details.of(key));
    }

    public static Refusal exists(ResourceKey key) {
        return new Refusal(
                409,
                "AlreadyExists",
                key.family() + " \"" + key.name() + "\" already exists",
                Details.of(key));
    }

    public static Refusal conflict(ResourceKey key, String why) {
        return new Refusal(
                409,
                "Conflict",
                "Operation cannot be fulfilled on "
                        + key.family()
                        + " \""
                        + key.name()
                        + "\": "
                        + why,
                Details.of(key));
    }

    /// The write was made against an older state.
    public static Refusal stale(ResourceKey key) {
        return conflict(
                key,
                "the object has been modified; please apply your changes to the latest version and"
                        + " try again");
    }

    public static Refusal badRequest(String message) {
        return new Refusal(400, "BadRequest", message);
    }

    public static Refusal fault(String message) {
        return new Refusal(500, "InternalError", "Internal error occurred: " + message);
    }

    /// The subject of a refusal.
    ///
    /// @param kind the plural; for an invalid body the kind
    public record Details(
            String name,
            String group,
            String kind,
            String uid,
            List<Cause> causes,
            int retryAfterSeconds) {
        public static Details of(ResourceKey key) {
            var dot = key.family().indexOf('.');
            return new Details(
                    key.name(),
                    dot < 0 ? "" : key.family().substring(dot + 1),
                    dot < 0 ? key.family() : key.family().substring(0, dot),
                    "",
                    List.of(),
                    0);
        }
    }

    /// One of several reasons.
    ///
    /// @param reason FieldValueInvalid, FieldValueRequired …
    /// @param field a path such as `spec.replicas`; empty for none
    public record Cause(String reason, String message, String field) {}
}
