package dev.serin.proxy.http;

/// The value of `grpc-timeout`: up to eight digits and a unit.
public final class GrpcTimeout {
    public static final String NAME = "grpc-timeout";

    private GrpcTimeout() {}

    /// What a request asks for in milliseconds, rounded up; -1 if nothing, or nothing that can be
    /// read.
    public static long millis(Headers headers) {
        var text = headers.get(NAME);
        if (text == null || text.length() < 2 || text.length() > 9) {
            return -1;
        }
        var number = 0L;
        for (var i = 0; i < text.length() - 1; i++) {
            var digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            number = number * 10 + digit;
        }
        return switch (text.charAt(text.length() - 1)) {
            case 'H' -> number * 3_600_000;
            case 'M' -> number * 60_000;
            case 'S' -> number * 1000;
            case 'm' -> number;
            case 'u' -> (number + 999) / 1000;
            case 'n' -> (number + 999_999) / 1_000_000;
            default -> -1;
        };
    }

    /// `millis` as a value.
    public static String of(long millis) {
        return millis < 100_000_000 ? millis + "m" : Math.min(millis / 1000, 99_999_999) + "S";
    }
}
