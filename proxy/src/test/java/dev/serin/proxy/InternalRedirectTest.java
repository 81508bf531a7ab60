package dev.serin.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.proxy.Origin.Wire;
import dev.serin.proxy.stream.ResponseFlag;
import dev.serin.testkit.NothingLeft;
import dev.serin.testkit.ScriptedDraws;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Redirects of a host that the proxy follows in place of the client.
@ExtendWith(NothingLeft.class)
@SuppressWarnings("StringConcatToTextBlock") // lines on the wire end in CRLF
class InternalRedirectTest {
    private static final String FOLLOWED =
            """
            - match: {path: "/from"}
              name: from
              route: {cluster: one, internal_redirect_policy: {redirect_response_codes: [302, 303]}}
            - match: {path: "/to"}
              name: to
              route: {cluster: two}
            """;

    private static Rig rig(Origin one, Origin two) {
        var rig = new Rig(new ScriptedDraws(1));
        assertEquals(
                "[]",
                rig.apply(Rig.cluster("one", one.port()), Rig.cluster("two", two.port()))
                        .toString());
        assertEquals("[]", rig.apply(Rig.routes(FOLLOWED), Rig.http()).toString());
        return rig;
    }

    private static Origin redirecting(int status) {
        return new Origin(wire -> {
            for (var got = wire.request(); got != null; got = wire.request()) {
                wire.write(
                        "HTTP/1.1 "
                                + status
                                + " Away\r\n"
                                + "location: http://other/to\r\n"
                                + "content-length: 0\r\n\r\n");
            }
        });
    }

    /// Answers with the request's first line and body.
    private static Origin telling() {
        return new Origin(wire -> {
            for (var got = wire.request(); got != null; got = wire.request()) {
                var text = got.head().lines().findFirst().orElseThrow() + " " + got.body();
                wire.write(
                        "HTTP/1.1 200 OK\r\ncontent-length: " + text.length() + "\r\n\r\n" + text);
            }
        });
    }

    @Test
    void theBodyGoesAlongAndEachStreamHasItsEnd() throws Exception {
        try (var one = redirecting(302);
                var two = telling();
                var rig = rig(one, two);
                var client = Wire.to(rig.port("main"))) {
            for (var i = 0; i < 2; i++) {
                client.write("POST /from HTTP/1.1\r\nhost: t\r\ncontent-length: 5\r\n\r\nhello");
                assertEquals("POST /to HTTP/1.1 hello", client.message().body());
                var first = rig.end();
                assertEquals("internal_redirect", first.details());
                assertEquals(302, first.status());
                assertEquals("via_upstream", rig.end().details());
            }
        }
    }

    @Test
    void afterSeeOtherItIsGotWithoutABody() throws Exception {
        try (var one = redirecting(303);
                var two = telling();
                var rig = rig(one, two);
                var client = Wire.to(rig.port("main"))) {
            client.write("POST /from HTTP/1.1\r\nhost: t\r\ncontent-length: 5\r\n\r\nhello");
            assertEquals("GET /to HTTP/1.1 ", client.message().body());
        }
    }

    @Test
    void aClientThatGoesMeanwhileEndsTheStreamThatGoesOn() throws Exception {
        var asked = new CountDownLatch(1);
        try (var one = redirecting(302);
                var two =
                        new Origin(wire -> {
                            wire.request();
                            asked.countDown();
                            wire.request(); // the connection's end
                        });
                var rig = rig(one, two)) {
            try (var client = Wire.to(rig.port("main"))) {
                client.write("GET /from HTTP/1.1\r\nhost: t\r\n\r\n");
                assertTrue(asked.await(10, TimeUnit.SECONDS));
            }
            assertEquals("internal_redirect", rig.end().details());
            assertTrue(rig.end().has(ResponseFlag.DOWNSTREAM_CONNECTION_TERMINATION));
        }
    }
}
