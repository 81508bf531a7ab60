package dev.serin.proxy.http.manager;

import dev.serin.proxy.http.RequestHead;
import dev.serin.proxy.http.manager.HttpManager.Edge;

import java.util.ArrayList;

/// Paths in one form, so that a rule about `/admin` is not evaded by `/x/../admin`. As RFC 3986,
/// 5.2.4, and with backslashes taken for slashes.
final class PathNormal {
    private PathNormal() {}

    /// Rewrites the path; false if it leads above its root.
    static boolean normalize(RequestHead request, Edge edge) {
        var path = request.path();
        if (plain(path)) {
            return true;
        }
        var query = path.indexOf('?');
        var end = query < 0 ? path.length() : query;
        var bare =
                path.substring(0, end).replace('\\', '/').replace("%2E", ".").replace("%2e", ".");
        var kept = new ArrayList<String>();
        var segments = bare.split("/", -1);
        for (var i = 1; i < segments.length; i++) {
            var segment = segments[i];
            var last = i == segments.length - 1;
            if (segment.equals("..")) {
                if (kept.isEmpty()) {
                    return false;
                }
                kept.removeLast();
            } else if (!segment.equals(".")
                    && !(edge.mergeSlashes() && segment.isEmpty() && !last)) {
                kept.add(segment);
                continue;
            }
            if (last) {
                kept.add("");
            }
        }
        request.path("/" + String.join("/", kept) + path.substring(end));
        return true;
    }

    /// Whether nothing in it could need a change.
    private static boolean plain(String path) {
        for (var i = 0; i < path.length(); i++) {
            var c = path.charAt(i);
            if (c == '?') {
                return true;
            }
            if (c == '\\'
                    || c == '%'
                    || c == '/'
                            && i + 1 < path.length()
                            && (path.charAt(i + 1) == '/' || path.charAt(i + 1) == '.')) {
                return false;
            }
        }
        return true;
    }
}
