package dev.serin.proxy.http.codec;

import io.netty.handler.codec.http.HttpResponseStatus;

/// The status lines, made once.
final class Statuses {
    private static final String[] LINES = new String[1000];

    static {
        for (var status = 100; status < 1000; status++) {
            var known = HttpResponseStatus.valueOf(status).reasonPhrase();
            var phrase = known.indexOf('(') >= 0 ? "Unknown" : known;
            LINES[status] = status + " " + phrase;
        }
    }

    private Statuses() {}

    /// Status and reason, as `200 OK`.
    static String line(int status) {
        return LINES[status];
    }
}
