package dev.serin.proxy.http.codec;

import dev.serin.proxy.http.RequestHead;

import org.jspecify.annotations.Nullable;

/// Octets that are not the HTTP that they should be, with the answer that Envoy gives. Without a
/// stack: its text says it all.
final class Malformed extends Exception {
    private static final long serialVersionUID = 1;
    private final int status;

    private final transient @Nullable RequestHead head;

    /// @param status of the reply, for a request
    /// @param detail as `%RESPONSE_CODE_DETAILS%`
    Malformed(int status, String detail) {
        this(status, detail, null);
    }

    /// @param head of the request, which can be read but not answered otherwise
    Malformed(int status, String detail, @Nullable RequestHead head) {
        super(detail, null, false, false);
        this.status = status;
        this.head = head;
    }

    @Nullable RequestHead head() {
        return head;
    }

    int status() {
        return status;
    }

    String detail() {
        return String.valueOf(getMessage());
    }
}
