package dev.serin.proxy.http.manager;

/// The body of the reply to what is not HTTP.
final class MalformedText {
    private MalformedText() {}

    static String of(int status) {
        return switch (status) {
            case 400 -> "Bad Request";
            case 426 -> "Upgrade Required";
            case 431 -> "Request Header Fields Too Large";
            case 501 -> "Not Implemented";
            default -> "";
        };
    }
}
