package dev.serin.proxy.http.codec;

/// Host and port as a client names them.
public final class Authority {
    private Authority() {}

    /// Whether it has no characters but those of a host, a port and user information (RFC 3986,
    /// 3.2).
    public static boolean valid(String text) {
        for (var i = 0; i < text.length(); i++) {
            var c = text.charAt(i);
            var valid =
                    c >= 'a' && c <= 'z'
                            || c >= 'A' && c <= 'Z'
                            || c >= '0' && c <= ':'
                            || "-._~%!$&'()*+,;=@[]".indexOf(c) >= 0;
            if (!valid) {
                return false;
            }
        }
        return true;
    }
}
