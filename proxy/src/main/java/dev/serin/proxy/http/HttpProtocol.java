package dev.serin.proxy.http;

/// The version of HTTP that a message came in, with the name that logs show.
public enum HttpProtocol {
    HTTP10("HTTP/1.0"),
    HTTP11("HTTP/1.1"),
    HTTP2("HTTP/2");

    private final String shown;

    HttpProtocol(String shown) {
        this.shown = shown;
    }

    /// As `%PROTOCOL%` prints it.
    public String shown() {
        return shown;
    }
}
