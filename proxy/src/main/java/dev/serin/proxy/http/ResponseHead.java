package dev.serin.proxy.http;

import org.jspecify.annotations.Nullable;

/// The head of a response. Mutable: filters change it on its way down; the stream's event loop owns
/// it.
public final class ResponseHead {
    private final Headers headers;
    private int status;

    public ResponseHead(int status, Headers headers) {
        this.status = status;
        this.headers = headers;
    }

    public int status() {
        return status;
    }

    public void status(int next) {
        status = next;
    }

    public Headers headers() {
        return headers;
    }

    /// The value of a header or of `:status`; null if there is none.
    public @Nullable String get(String name) {
        return name.equals(":status") ? Integer.toString(status) : headers.joined(name);
    }

    @Override
    public String toString() {
        return Integer.toString(status);
    }
}
