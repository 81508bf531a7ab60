package dev.serin.modelserver.api;

import dev.serin.inference.ServingException;
import dev.serin.inference.rest.ErrorAnswer;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;

/// What goes back to a client. Immutable by agreement: nobody writes into the body.
final class HttpAnswer {
    private static final String JSON = "application/json";

    private final int status;
    private final String contentType;
    private final byte[] body;
    private final @Nullable Long version;

    /// @param version of the model that answered, null where none did
    HttpAnswer(int status, String contentType, byte[] body, @Nullable Long version) {
        this.status = status;
        this.contentType = contentType;
        this.body = body;
        this.version = version;
    }

    int status() {
        return status;
    }

    String contentType() {
        return contentType;
    }

    byte[] body() {
        return body;
    }

    @Nullable Long version() {
        return version;
    }

    static HttpAnswer json(byte[] body, @Nullable Long version) {
        return new HttpAnswer(200, JSON, body, version);
    }

    static HttpAnswer error(ServingException e) {
        return new HttpAnswer(e.code().http(), JSON, ErrorAnswer.write(e.text()), null);
    }

    static HttpAnswer text(int status, String text) {
        return new HttpAnswer(status, "text/plain", text.getBytes(StandardCharsets.UTF_8), null);
    }

    /// For a path outside of the interface.
    static HttpAnswer noSuchPage() {
        return new HttpAnswer(
                404,
                "text/html",
                "<html><head><title>404 Not Found</title></head><body><h1>Not Found</h1></body></html>\n"
                        .getBytes(StandardCharsets.UTF_8),
                null);
    }
}
