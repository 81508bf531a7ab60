package dev.serin.config.istio;

import dev.serin.config.codec.Cursor;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;

/// What becomes of a request that a rule took.
public sealed interface HttpAction {
    /// Sent to one of these, by weight.
    record Forward(List<RouteDestination> destinations) implements HttpAction {}

    /// Answered with another address.
    ///
    /// @param uri empty: unchanged; likewise the authority, the scheme and the prefix
    /// @param port 0: see `derivePort`
    /// @param prefixRewrite replaces the matched prefix only
    record Redirect(
            String uri,
            String authority,
            int port,
            @Nullable DerivePort derivePort,
            String scheme,
            int code,
            String prefixRewrite)
            implements HttpAction {
        static Redirect from(Cursor redirect) {
            return new Redirect(
                    redirect.string("uri"),
                    redirect.string("authority"),
                    redirect.integer("port", 0),
                    redirect.word("derivePort", DerivePort.class),
                    redirect.string("scheme"),
                    redirect.integer("redirectCode", 301),
                    redirect.string("prefixRewrite"));
        }
    }

    /// Where a redirect takes its port from.
    enum DerivePort {
        FROM_PROTOCOL_DEFAULT,
        FROM_REQUEST_PORT
    }

    /// Answered at once.
    ///
    /// @param text of the body; empty where there is none or `base64` is written
    record DirectResponse(int status, String text, String base64) implements HttpAction {
        static DirectResponse from(Cursor response) {
            var body = response.at("body");
            return new DirectResponse(
                    response.integer("status", 0), body.string("string"), body.string("bytes"));
        }

        public byte[] body() {
            return base64.isEmpty()
                    ? text.getBytes(StandardCharsets.UTF_8)
                    : Base64.getDecoder().decode(base64);
        }
    }

    /// Decided by the rules of another VirtualService.
    ///
    /// @param namespace empty: that of the delegating one
    record Delegate(String name, String namespace) implements HttpAction {
        static Delegate from(Cursor delegate) {
            return new Delegate(delegate.string("name"), delegate.string("namespace"));
        }
    }

    static HttpAction from(Cursor rule) {
        if (rule.has("redirect")) {
            return Redirect.from(rule.at("redirect"));
        }
        if (rule.has("directResponse")) {
            return DirectResponse.from(rule.at("directResponse"));
        }
        if (rule.has("delegate")) {
            return Delegate.from(rule.at("delegate"));
        }
        return new Forward(rule.list("route", RouteDestination::from));
    }
}
