package dev.serin.proxy.route.rewrite;

import dev.serin.proxy.http.RequestHead;

import org.jspecify.annotations.Nullable;

/// How the authority changes on the way up.
///
/// @param appendForwarded whether the client's authority is added to `x-forwarded-host`
public record HostRewrite(Source source, boolean appendForwarded) {
    public static final HostRewrite NONE = new HostRewrite(new Keep(), false);

    /// Where the new authority is taken from.
    public sealed interface Source {}

    /// It stays.
    public record Keep() implements Source {}

    public record Literal(String host) implements Source {}

    /// A header's value, if it has one.
    public record FromHeader(String name) implements Source {}

    /// The path without its query, after a substitution.
    public record FromPath(Substitution substitution) implements Source {}

    /// The name of the endpoint that was picked, if it has one.
    public record OfEndpoint() implements Source {}

    /// Changes the request when its host is picked.
    ///
    /// @param name of the endpoint; may be empty
    public void endpoint(RequestHead request, String name) {
        if (source instanceof OfEndpoint && !name.isEmpty()) {
            set(request, name);
        }
    }

    /// Changes the request before a host is picked.
    ///
    /// @param own of the weighted cluster, in the place of the client's; may be null
    public void apply(RequestHead request, @Nullable String own) {
        if (own != null) {
            request.authority(own);
        }
        switch (source) {
            case Keep _, OfEndpoint _ -> {}
            case Literal literal -> set(request, literal.host());
            case FromHeader header -> {
                var named = request.get(header.name());
                if (named != null && !named.isEmpty()) {
                    set(request, named);
                }
            }
            case FromPath path -> {
                var text = request.path();
                var query = text.indexOf('?');
                var made = path.substitution().apply(query < 0 ? text : text.substring(0, query));
                if (!made.isEmpty()) {
                    set(request, made);
                }
            }
        }
    }

    /// Makes `host` the authority; the client's stays in `x-envoy-original-host`.
    public void set(RequestHead request, String host) {
        var headers = request.headers();
        var before = request.authority();
        if (!before.isEmpty()) {
            headers.set("x-envoy-original-host", before);
        }
        if (appendForwarded && !before.isEmpty()) {
            var said = headers.joined("x-forwarded-host");
            if (said == null || said.isEmpty()) {
                headers.set("x-forwarded-host", before);
            } else if (!said.substring(said.lastIndexOf(',') + 1).strip().equals(before)) {
                headers.set("x-forwarded-host", said + "," + before);
            }
        }
        request.authority(host);
    }
}
