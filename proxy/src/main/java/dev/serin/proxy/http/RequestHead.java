package dev.serin.proxy.http;

import org.jspecify.annotations.Nullable;

/// The head of a request. Mutable: filters and the route change it before it goes upstream; the
/// stream's event loop owns it.
public final class RequestHead {
    private final HttpProtocol protocol;
    private final Headers headers;
    private String method;
    private String path;
    private String authority;
    private String scheme = "http";

    /// @param path with the query, from the first `/`
    /// @param authority host and port as the client named them, empty if it did not
    public RequestHead(
            HttpProtocol protocol, String method, String path, String authority, Headers headers) {
        this.protocol = protocol;
        this.method = method;
        this.path = path;
        this.authority = authority;
        this.headers = headers;
    }

    public HttpProtocol protocol() {
        return protocol;
    }

    public Headers headers() {
        return headers;
    }

    public String method() {
        return method;
    }

    public void method(String next) {
        method = next;
    }

    public String path() {
        return path;
    }

    public void path(String next) {
        path = next;
    }

    public String authority() {
        return authority;
    }

    public void authority(String next) {
        authority = next;
    }

    public String scheme() {
        return scheme;
    }

    public void scheme(String next) {
        scheme = next;
    }

    /// Whether it is a gRPC request, by its content type.
    public boolean isGrpc() {
        var type = headers.get("content-type");
        return type != null
                && type.startsWith("application/grpc")
                && (type.length() == 16 || type.charAt(16) == '+');
    }

    /// Makes it as `other` is.
    public void restore(RequestHead other) {
        method = other.method;
        path = other.path;
        authority = other.authority;
        scheme = other.scheme;
        headers.replace(other.headers);
    }

    /// The same again, to be changed by itself.
    public RequestHead copy() {
        var copy = new RequestHead(protocol, method, path, authority, headers.copy());
        copy.scheme = scheme;
        return copy;
    }

    /// The value of a header, or of a pseudo header (`:method`, `:path`, `:authority`, `:scheme`);
    /// null if there is none. `name` is in lower case; `host` is the authority.
    public @Nullable String get(String name) {
        return switch (name) {
            case ":method" -> method;
            case ":path" -> path;
            case ":authority", "host" -> authority.isEmpty() ? null : authority;
            case ":scheme" -> scheme;
            default -> headers.joined(name);
        };
    }

    /// Sets a header or pseudo header.
    public void set(String name, String value) {
        switch (name) {
            case ":method" -> method = value;
            case ":path" -> path = value;
            case ":authority", "host" -> authority = value;
            case ":scheme" -> scheme = value;
            default -> headers.set(name, value);
        }
    }

    @Override
    public String toString() {
        return method + " " + authority + path;
    }
}
