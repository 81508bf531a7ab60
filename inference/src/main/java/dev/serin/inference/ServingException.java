package dev.serin.inference;

/// Ends a request: a code of the closed set and the words that the client reads. Turned into HTTP
/// or gRPC in one place each.
public final class ServingException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final StatusCode code;
    private final String text;

    public ServingException(StatusCode code, String text) {
        // A client's mistake is no news of ours: without a stack it costs little, however many
        // come.
        super(text, null, false, code == StatusCode.INTERNAL || code == StatusCode.UNKNOWN);
        this.code = code;
        this.text = text;
    }

    public static ServingException invalid(String text) {
        return new ServingException(StatusCode.INVALID_ARGUMENT, text);
    }

    public StatusCode code() {
        return code;
    }

    public String text() {
        return text;
    }

    /// As TensorFlow prints a status inside another message: `INVALID_ARGUMENT: why`.
    public String status() {
        return code + ": " + text;
    }
}
