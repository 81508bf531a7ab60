package dev.serin.proxy.route;

import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.http.filter.StreamContext;

import io.netty.util.NetUtil;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// A header's value with Envoy's command operators in it, such as `%REQ(x-name)%`.
@FunctionalInterface
public interface Format {
    String text(StreamContext stream);

    /// @throws ConfigProblem naming the operator if it is not known
    static Format of(String text) throws ConfigProblem {
        var parts = new ArrayList<Format>();
        var from = 0;
        for (var at = text.indexOf('%'); at >= 0; at = text.indexOf('%', from)) {
            if (at > from) {
                parts.add(literal(text.substring(from, at)));
            }
            var end = text.indexOf('%', at + 1);
            if (end < 0) {
                throw new ConfigProblem("header.value", "'" + text + "' has a single %");
            }
            parts.add(end == at + 1 ? literal("%") : operator(text.substring(at + 1, end)));
            from = end + 1;
        }
        if (from < text.length()) {
            parts.add(literal(text.substring(from)));
        }
        return parts.size() == 1 ? parts.getFirst() : joined(List.copyOf(parts));
    }

    private static Format literal(String text) {
        return _ -> text;
    }

    private static Format joined(List<Format> parts) {
        return stream -> {
            var text = new StringBuilder();
            for (var part : parts) {
                text.append(part.text(stream));
            }
            return text.toString();
        };
    }

    private static Format operator(String operator) throws ConfigProblem {
        if (operator.startsWith("REQ(") && operator.endsWith(")")) {
            return request(operator.substring(4, operator.length() - 1));
        }
        if (operator.startsWith("RESP(") && operator.endsWith(")")) {
            var name = operator.substring(5, operator.length() - 1).toLowerCase(Locale.ROOT);
            return stream -> {
                var response = stream.response();
                return response == null ? "" : orEmpty(response.get(name));
            };
        }
        return switch (operator) {
            case "PROTOCOL" -> stream -> stream.request().protocol().shown();
            case "ROUTE_NAME" -> stream -> orEmpty(stream.routeName());
            case "UPSTREAM_CLUSTER", "UPSTREAM_CLUSTER_RAW" ->
                    stream -> orEmpty(stream.clusterName());
            case "DOWNSTREAM_REMOTE_ADDRESS" -> stream -> address(stream.downstream().remote());
            case "DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT" ->
                    stream -> host(stream.downstream().remote());
            case "DOWNSTREAM_LOCAL_ADDRESS" -> stream -> address(stream.downstream().local());
            case "DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT" ->
                    stream -> host(stream.downstream().local());
            case "DOWNSTREAM_LOCAL_PORT" ->
                    stream -> Integer.toString(stream.downstream().local().getPort());
            case "REQUESTED_SERVER_NAME" -> stream -> orEmpty(stream.downstream().serverName());
            case "DOWNSTREAM_PEER_URI_SAN" -> stream -> orEmpty(stream.downstream().peerIdentity());
            case "UPSTREAM_HOST" ->
                    stream -> {
                        var upstream = stream.upstream();
                        var host = upstream == null ? null : upstream.host();
                        return host == null ? "" : address(host);
                    };
            case "RESPONSE_CODE" ->
                    stream -> {
                        var response = stream.response();
                        return response == null ? "0" : Integer.toString(response.status());
                    };
            default ->
                    throw new ConfigProblem(
                            "header.value", "operator %" + operator + "% is not supported");
        };
    }

    private static Format request(String names) {
        var either = names.toLowerCase(Locale.ROOT).split("\\?", 2);
        return stream -> {
            var value = stream.request().get(either[0]);
            return orEmpty(
                    value == null && either.length > 1 ? stream.request().get(either[1]) : value);
        };
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }

    /// `address:port` as Envoy prints it.
    static String address(InetSocketAddress address) {
        var host = host(address);
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + address.getPort();
    }

    /// The address without its port.
    static String host(InetSocketAddress address) {
        var ip = address.getAddress();
        return ip == null ? address.getHostString() : NetUtil.toAddressString(ip);
    }
}
