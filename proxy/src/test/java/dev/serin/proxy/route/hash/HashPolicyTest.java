package dev.serin.proxy.route.hash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.util.JsonFormat;

import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.http.Headers;
import dev.serin.proxy.http.HttpProtocol;
import dev.serin.proxy.http.RequestHead;
import dev.serin.proxy.stream.Direction;
import dev.serin.proxy.stream.Downstream;
import dev.serin.proxy.stream.FilterState;
import dev.serin.proxy.stream.Slots;
import dev.serin.proxy.upstream.balance.Hashes;

import io.envoyproxy.envoy.config.route.v3.RouteAction;

import org.junit.jupiter.api.Test;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

class HashPolicyTest {
    private final List<String> cookies = new ArrayList<>();
    private final Slots slots = new Slots();

    private OptionalLong hash(String path, List<String> headers, String... policies)
            throws Exception {
        var messages = new ArrayList<RouteAction.HashPolicy>();
        for (var policy : policies) {
            var message = RouteAction.HashPolicy.newBuilder();
            JsonFormat.parser().merge(policy, message);
            messages.add(message.build());
        }
        var fields = new Headers();
        for (var header : headers) {
            var colon = header.indexOf(':');
            fields.add(header.substring(0, colon), header.substring(colon + 1));
        }
        var request = new RequestHead(HttpProtocol.HTTP11, "GET", path, "h", fields);
        return HashPolicy.of(messages).hash(request, downstream(), slots, cookies::add);
    }

    private static Downstream downstream() {
        var local = new InetSocketAddress(InetAddress.ofLiteral("10.0.0.1"), 80);
        var remote = new InetSocketAddress(InetAddress.ofLiteral("2001:db8::7"), 4000);
        return new Downstream(
                1, "main", Direction.OUTBOUND, local, remote, remote, "", null, null, null, null);
    }

    private static OptionalLong of(String text) {
        return OptionalLong.of(Hashes.xx(text));
    }

    @Test
    void aTextHashesAsXxHash64() {
        assertEquals(0x44bc2cf5ad770999L, Hashes.xx("abc")); // the algorithm's own example
    }

    @Test
    void eachSource() throws Exception {
        var header = "{header: {headerName: X-User}}";
        assertEquals(of("a"), hash("/", List.of("x-user:a"), header));
        assertEquals(of("ab"), hash("/", List.of("x-user:b", "x-user:a"), header), "any order");
        assertEquals(OptionalLong.empty(), hash("/", List.of(), header));
        assertEquals(
                of("id"),
                hash(
                        "/",
                        List.of("x-user:id-7"),
                        "{header: {headerName: x-user, regexRewrite: {pattern: {regex: '-.*'}}}}"));
        assertEquals(of("h"), hash("/", List.of(), "{header: {headerName: ':authority'}}"));
        assertEquals(of("1"), hash("/?b=0&a=1&a=2", List.of(), "{queryParameter: {name: a}}"));
        assertEquals(
                of("2001:db8::7"),
                hash("/", List.of(), "{connectionProperties: {sourceIp: true}}"));
        FilterState.put(slots, "k", "v");
        assertEquals(of("v"), hash("/", List.of(), "{filterState: {key: k}}"));
    }

    @Test
    void severalAreOneHashUntilATerminalOneIsFound() throws Exception {
        var a = "{header: {headerName: a}}";
        var terminal = "{header: {headerName: a}, terminal: true}";
        var b = "{header: {headerName: b}}";
        var both = List.of("a:1", "b:2");
        var expected = Long.rotateLeft(Hashes.xx("1"), 1) ^ Hashes.xx("2");
        assertEquals(OptionalLong.of(expected), hash("/", both, a, b));
        assertEquals(of("1"), hash("/", both, terminal, b));
        assertEquals(of("2"), hash("/", List.of("b:2"), terminal, b));
        assertNotEquals(OptionalLong.of(0), hash("/", both, a, a), "the same twice is not nothing");
    }

    @Test
    void aCookieIsReadOrMade() throws Exception {
        var cookie =
                "{cookie: {name: sid, ttl: '60s', path: '/p', attributes: [{name: SameSite, value:"
                        + " Lax}, {name: Secure}]}}";
        assertEquals(of("x"), hash("/", List.of("cookie:a=b; sid=\"x\""), cookie));
        assertTrue(cookies.isEmpty());
        var made = hash("/", List.of("cookie:sid="), cookie);
        var text = cookies.getFirst();
        assertTrue(
                text.matches(
                        "sid=\"[0-9a-f]{16}\"; Max-Age=60; Path=/p; SameSite=Lax; Secure;"
                                + " HttpOnly"),
                text);
        assertEquals(of(text.substring(5, 21)), made, "the next request hashes the same");
        assertEquals(made, hash("/", List.of(), cookie), "one connection, one cookie");
        cookies.clear();
        hash("/", List.of(), "{cookie: {name: sid, ttl: '0s'}}");
        assertTrue(cookies.getFirst().endsWith("\"; HttpOnly"), cookies.toString());
        assertEquals(
                OptionalLong.empty(), hash("/", List.of(), "{cookie: {name: sid}}"), "not made");
    }

    @Test
    void connectionsHashByWhatFiltersLeft() throws Exception {
        FilterState.put(slots, "k", "v");
        var policy =
                HashPolicy.ofConnections(
                        List.of(
                                io.envoyproxy.envoy.type.v3.HashPolicy.newBuilder()
                                        .setFilterState(
                                                io.envoyproxy.envoy.type.v3.HashPolicy.FilterState
                                                        .newBuilder()
                                                        .setKey("k"))
                                        .build()));
        var request = new RequestHead(HttpProtocol.HTTP11, "GET", "/", "h", new Headers());
        assertEquals(of("v"), policy.hash(request, downstream(), slots, cookies::add));
    }

    @Test
    void nothingToHashByIsRefused() {
        assertThrows(
                ConfigProblem.class,
                () -> HashPolicy.of(List.of(RouteAction.HashPolicy.getDefaultInstance())));
    }
}
