package dev.serin.proxy.http.manager;

import dev.serin.proxy.http.Headers;
import dev.serin.proxy.http.RequestHead;
import dev.serin.proxy.http.filter.LocalReply;

import org.jspecify.annotations.Nullable;

/// Brings a request's authority and path into the one form that routes and rules are written for,
/// so that none of them is evaded by another spelling. As Envoy's connection manager, which
/// canonicalises a path as a browser does.
///
/// @param normalize whether dot segments, backslashes and needless escapes go
/// @param mergeSlashes whether several slashes count as one
/// @param stripDot whether the dot at the end of a host goes
public record RequestForm(
        boolean normalize,
        boolean mergeSlashes,
        EscapedSlashes escaped,
        StripPort stripPort,
        boolean stripDot) {
    /// What becomes of a slash that is written as `%2F`, and a backslash as `%5C`.
    public enum EscapedSlashes {
        KEEP,
        REJECT,
        REDIRECT,
        UNESCAPE
    }

    /// Whether the port in the authority goes.
    public enum StripPort {
        NEVER,
        /// If it is the one that the client connected to.
        MATCHING,
        ANY
    }

    private static final String FAILED = "path_normalization_failed";
    private static final LocalReply BAD_PATH = new LocalReply(400, 0, FAILED, "");
    private static final LocalReply ABSOLUTE = new LocalReply(404, 0, "absolute_path_rejected", "");

    /// Changes the request; the answer is what it gets if it cannot go on.
    ///
    /// @param port that the client connected to
    @Nullable LocalReply settle(RequestHead request, int port) {
        if (stripDot || stripPort != StripPort.NEVER) {
            authority(request, port);
        }
        var path = request.path();
        if (path.isEmpty() || path.charAt(0) != '/') {
            return request.method().equals("CONNECT") ? null : ABSOLUTE;
        }
        return plain(path) ? null : path(request);
    }

    private void authority(RequestHead request, int port) {
        var authority = request.authority();
        var colon = authority.lastIndexOf(':');
        var end = colon > authority.lastIndexOf(']') ? colon : authority.length();
        var rest = authority.substring(end);
        var drop =
                switch (stripPort) {
                    case NEVER -> false;
                    case ANY -> !request.method().equals("CONNECT");
                    case MATCHING -> rest.equals(":" + port) && !request.method().equals("CONNECT");
                };
        var host = authority.substring(0, end);
        if (stripDot && host.endsWith(".")) {
            host = host.substring(0, host.length() - 1);
        }
        var stripped = drop ? host : host + rest;
        if (stripped.length() != authority.length()) {
            request.authority(stripped);
        }
    }

    /// Whether nothing in it could need a change.
    private static boolean plain(String path) {
        for (var i = 0; i < path.length(); i++) {
            var c = path.charAt(i);
            if (c == '?') {
                return path.indexOf('#', i) < 0;
            }
            var unreserved =
                    c >= 'a' && c <= 'z'
                            || c >= 'A' && c <= 'Z'
                            || c >= '0' && c <= '9'
                            || c == '-'
                            || c == '_';
            var dots =
                    c == '/'
                            && i + 1 < path.length()
                            && (path.charAt(i + 1) == '/' || path.charAt(i + 1) == '.');
            if (!unreserved && c != '.' && (c != '/' || dots)) {
                return false;
            }
        }
        return true;
    }

    private @Nullable LocalReply path(RequestHead request) {
        var path = request.path();
        if (path.indexOf('#') >= 0) {
            return BAD_PATH;
        }
        var query = path.indexOf('?');
        var end = query < 0 ? path.length() : query;
        var bare = path.substring(0, end);
        var redirect = false;
        if (escaped != EscapedSlashes.KEEP) {
            var unescaped = unescapeSlashes(bare);
            if (unescaped.length() != bare.length()) {
                if (escaped == EscapedSlashes.REJECT) {
                    request.path(unescaped + path.substring(end));
                    return BAD_PATH;
                }
                redirect = escaped == EscapedSlashes.REDIRECT;
                bare = unescaped;
            }
        }
        if (normalize) {
            var canonical = CanonicalPath.of(bare);
            if (canonical == null) {
                return BAD_PATH;
            }
            bare = canonical;
        }
        if (mergeSlashes) {
            bare = mergeSlashes(bare);
        }
        request.path(bare + path.substring(end));
        if (!redirect) {
            return null;
        }
        var type = request.headers().get("content-type");
        return type != null && type.startsWith("application/grpc")
                ? BAD_PATH
                : new LocalReply(
                        307, 0, FAILED, "", new Headers(2).add("location", request.path()));
    }

    private static String unescapeSlashes(String path) {
        if (path.indexOf('%') < 0) {
            return path;
        }
        return path.replace("%2F", "/")
                .replace("%2f", "/")
                .replace("%5C", "\\")
                .replace("%5c", "\\");
    }

    private static String mergeSlashes(String path) {
        if (!path.contains("//")) {
            return path;
        }
        var merged = new StringBuilder(path.length());
        for (var i = 0; i < path.length(); i++) {
            if (path.charAt(i) != '/' || i == 0 || path.charAt(i - 1) != '/') {
                merged.append(path.charAt(i));
            }
        }
        return merged.toString();
    }
}
