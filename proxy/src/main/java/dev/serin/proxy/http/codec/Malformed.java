package dev.serin.proxy.http.codec;

/// Octets that are not the HTTP that they should be, with the answer that Envoy gives. Without a
/// stack: its text says it all.
final class Malformed extends Exception {
    private static final long serialVersionUID = 1;
    private final int status;

    /// @param status of the reply, for a request
    /// @param detail as `%RESPONSE_CODE_DETAILS%`
    Malformed(int status, String detail) {
        super(detail, null, false, false);
        this.status = status;
    }

    int status() {
        return status;
    }

    String detail() {
        return String.valueOf(getMessage());
    }
}
