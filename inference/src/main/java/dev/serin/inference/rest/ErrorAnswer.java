package dev.serin.inference.rest;

/// Writes the body of an answer that is an error.
public final class ErrorAnswer {
    private ErrorAnswer() {}

    public static byte[] write(String message) {
        var json = new PrettyJson();
        json.openObject();
        json.name("error");
        json.string(message);
        json.closeObject();
        return json.bytes();
    }
}
