package dev.serin.proxy.http.codec;

/// Octets that are not the HTTP that they should be, with the answer that Envoy gives. Without a
/// stack: its text says it all.
final class Malformed extends Exception {
    /// What Envoy's connection manager says of a request without a host; its codec has passed it.
    public static final String NO_HOST = "missing_host_header";

    /// The same of a path with a `#`.
    public static final String FRAGMENT = "path_normalization_failed";

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
