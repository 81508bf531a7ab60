package dev.serin.proxy.route.hash;

import dev.serin.proxy.http.Headers;
import dev.serin.proxy.http.RequestHead;
import dev.serin.proxy.route.QueryMatch;
import dev.serin.proxy.route.rewrite.Substitution;
import dev.serin.proxy.stream.Downstream;
import dev.serin.proxy.stream.FilterState;
import dev.serin.proxy.stream.Slots;
import dev.serin.proxy.upstream.balance.Hashes;

import io.netty.util.NetUtil;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;

/// A text that a request is hashed by.
public sealed interface HashSource {
    /// Null if the request does not have it.
    ///
    /// @param cookies is told of a `set-cookie` that the response shall carry
    @Nullable String text(
            RequestHead request, Downstream downstream, Slots slots, Consumer<String> cookies);

    /// A header; several values in an order of their own, so that theirs does not matter.
    record Header(String name, @Nullable Substitution rewrite) implements HashSource {
        @Override
        public @Nullable String text(
                RequestHead request, Downstream downstream, Slots slots, Consumer<String> cookies) {
            var values = values(request);
            if (values.isEmpty()) {
                return null;
            }
            if (rewrite != null) {
                values.replaceAll(rewrite::apply);
            }
            if (values.size() == 1) {
                return values.getFirst();
            }
            values.sort(null);
            return String.join("", values);
        }

        private List<String> values(RequestHead request) {
            var values = new ArrayList<String>(1);
            var headers = request.headers();
            for (var at = headers.indexOf(name, 0); at >= 0; ) {
                values.add(headers.value(at));
                at = headers.indexOf(name, at + 1);
            }
            var pseudo = values.isEmpty() ? request.get(name) : null;
            if (pseudo != null) {
                values.add(pseudo);
            }
            return values;
        }
    }

    /// A cookie; without one it is made, if it has attributes for that.
    ///
    /// @param attributes of a made one, as `; Max-Age=60`; null if none is made
    record Cookie(String name, @Nullable String attributes) implements HashSource {
        @Override
        public @Nullable String text(
                RequestHead request, Downstream downstream, Slots slots, Consumer<String> cookies) {
            var value = value(request.headers(), name);
            if (attributes == null || value != null && !value.isEmpty()) {
                return value == null || value.isEmpty() ? null : value;
            }
            var both = shown(downstream.remote()) + shown(downstream.local());
            var made = HexFormat.of().toHexDigits(Hashes.xx(both));
            cookies.accept(name + "=\"" + made + "\"" + attributes);
            return made;
        }

        private static String shown(InetSocketAddress address) {
            return address(address) + ":" + address.getPort();
        }
    }

    /// The client's address.
    record SourceIp() implements HashSource {
        @Override
        public String text(
                RequestHead request, Downstream downstream, Slots slots, Consumer<String> cookies) {
            return address(downstream.remote());
        }
    }

    /// A parameter of the query, as it stands.
    record Parameter(String name) implements HashSource {
        @Override
        public @Nullable String text(
                RequestHead request, Downstream downstream, Slots slots, Consumer<String> cookies) {
            return QueryMatch.value(request.path(), name);
        }
    }

    /// What a filter left under this name.
    record State(String key) implements HashSource {
        @Override
        public @Nullable String text(
                RequestHead request, Downstream downstream, Slots slots, Consumer<String> cookies) {
            return FilterState.get(slots, key);
        }
    }

    private static String address(InetSocketAddress address) {
        var ip = address.getAddress();
        return ip == null ? address.getHostString() : NetUtil.toAddressString(ip);
    }

    /// The value of a cookie without its quotes; null if there is none.
    static @Nullable String value(Headers headers, String name) {
        for (var at = headers.indexOf("cookie", 0); at >= 0; ) {
            for (var pair : headers.value(at).split(";", -1)) {
                var equals = pair.indexOf('=');
                if (equals >= 0 && pair.substring(0, equals).strip().equals(name)) {
                    var value = pair.substring(equals + 1).strip();
                    var quoted =
                            value.length() > 1 && value.startsWith("\"") && value.endsWith("\"");
                    return quoted ? value.substring(1, value.length() - 1) : value;
                }
            }
            at = headers.indexOf("cookie", at + 1);
        }
        return null;
    }
}
