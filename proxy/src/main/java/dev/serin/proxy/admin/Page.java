package dev.serin.proxy.admin;

/// An answer.
///
/// @param type the content's
public record Page(int status, String type, String body) {
    public static Page text(String body) {
        return text(200, body);
    }

    public static Page text(int status, String body) {
        return new Page(status, "text/plain; charset=UTF-8", body);
    }

    public static Page json(String body) {
        return new Page(200, "application/json", body);
    }

    /// Prometheus' text.
    public static Page metrics(String body) {
        return new Page(200, "text/plain; version=0.0.4; charset=utf-8", body);
    }
}
