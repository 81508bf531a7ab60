package dev.serin.inference;

/// How a request can end: gRPC's codes, each with the HTTP status that TensorFlow Serving gives it.
public enum StatusCode {
    OK(0, 200),
    CANCELLED(1, 499),
    UNKNOWN(2, 500),
    INVALID_ARGUMENT(3, 400),
    DEADLINE_EXCEEDED(4, 504),
    NOT_FOUND(5, 404),
    ALREADY_EXISTS(6, 409),
    PERMISSION_DENIED(7, 403),
    RESOURCE_EXHAUSTED(8, 429),
    FAILED_PRECONDITION(9, 400),
    ABORTED(10, 409),
    OUT_OF_RANGE(11, 400),
    UNIMPLEMENTED(12, 501),
    INTERNAL(13, 500),
    UNAVAILABLE(14, 503),
    DATA_LOSS(15, 500),
    UNAUTHENTICATED(16, 401);

    private static final StatusCode[] BY_NUMBER = values();

    private final int number;
    private final int http;

    StatusCode(int number, int http) {
        this.number = number;
        this.http = http;
    }

    /// The code of gRPC's and TensorFlow's number; [#UNKNOWN] for one outside of the set.
    public static StatusCode of(int number) {
        return number >= 0 && number < BY_NUMBER.length ? BY_NUMBER[number] : UNKNOWN;
    }

    public int number() {
        return number;
    }

    public int http() {
        return http;
    }
}
