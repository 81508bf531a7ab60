package dev.serin.local.api;

/// The API's refusal of a request, as Kubernetes' Status says it.
public final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int code;
    private final String reason;

    /// @param code the HTTP status, 409 for instance
    /// @param reason one of Kubernetes' words: NotFound, AlreadyExists, Conflict, Invalid,
    ///   BadRequest, Forbidden …
    public Refusal(int code, String reason, String message) {
        super(message);
        this.code = code;
        this.reason = reason;
    }

    public int code() {
        return code;
    }

    public String reason() {
        return reason;
    }
}
