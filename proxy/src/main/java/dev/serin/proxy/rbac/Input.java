package dev.serin.proxy.rbac;

import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.extension.ExtensionConfig;
import dev.serin.proxy.stream.CertificateFacts;

import io.envoyproxy.envoy.type.matcher.v3.HttpRequestHeaderMatchInput;
import io.netty.util.NetUtil;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/// A text of a visit that matchers look at. As Envoy's inputs for requests and connections.
interface Input {
    /// Null if there is none.
    @Nullable String of(Visit visit);

    /// Whether it can be known. Whoever needs what cannot is refused.
    default boolean knows(Visit visit) {
        return true;
    }

    /// Of the client's certificate, which only TLS can tell.
    record OfPeer(Function<CertificateFacts, @Nullable String> text) implements Input {
        @Override
        public @Nullable String of(Visit visit) {
            var tls = visit.downstream().tls();
            return tls == null || tls.peer() == null ? null : text.apply(tls.peer());
        }

        @Override
        public boolean knows(Visit visit) {
            return visit.downstream().tls() != null;
        }
    }

    /// @param requests whether there are requests to look at
    static Input of(ExtensionConfig config, boolean requests) throws ConfigProblem {
        var type = config.type();
        return switch (type.substring(type.lastIndexOf('.') + 1)) {
            case "HttpRequestHeaderMatchInput" -> {
                if (!requests) {
                    throw new ConfigProblem("input", type + " is for requests only");
                }
                yield header(config.as(HttpRequestHeaderMatchInput.parser()).getHeaderName());
            }
            case "DestinationIPInput" -> address(v -> v.downstream().local());
            case "DestinationPortInput" -> port(v -> v.downstream().local());
            case "SourceIPInput" -> address(v -> v.downstream().remote());
            case "SourcePortInput" -> port(v -> v.downstream().remote());
            case "DirectSourceIPInput" -> address(v -> v.downstream().direct());
            case "ServerNameInput" -> v -> v.downstream().serverName();
            case "UriSanInput" -> new OfPeer(p -> joined(p.uriSans()));
            case "DnsSanInput" -> new OfPeer(p -> joined(p.dnsSans()));
            case "SubjectInput" -> new OfPeer(p -> p.subject().isEmpty() ? null : p.subject());
            default -> throw new ConfigProblem("input", type + " is not supported");
        };
    }

    private static Input header(String named) throws ConfigProblem {
        if (named.isEmpty()) {
            throw new ConfigProblem("input.header_name", "is missing");
        }
        var name = named.toLowerCase(Locale.ROOT);
        return visit -> visit.request() == null ? null : visit.request().get(name);
    }

    private static Input address(Function<Visit, InetSocketAddress> of) {
        return visit -> NetUtil.toAddressString(of.apply(visit).getAddress());
    }

    private static Input port(Function<Visit, InetSocketAddress> of) {
        return visit -> Integer.toString(of.apply(visit).getPort());
    }

    private static @Nullable String joined(List<String> names) {
        return names.isEmpty() ? null : String.join(",", names);
    }
}
