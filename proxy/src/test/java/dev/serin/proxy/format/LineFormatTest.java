package dev.serin.proxy.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.stream.Direction;
import dev.serin.proxy.stream.Slots;
import dev.serin.proxy.telemetry.Ends;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Instant;

class LineFormatTest {
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05.678Z");

    @Test
    void writesIstiosDefaultLine() throws Exception {
        assertEquals(
                "[2026-01-02T03:04:05.665Z] \"POST /v1/models/digits:predict HTTP/1.1\" 200 -"
                        + " via_upstream - \"-\" 120 33 13 11 \"10.244.0.5\" \"curl/8\" \"r-1\""
                        + " \"digits:8501\" \"10.244.0.9:8501\""
                        + " outbound|8501|v1|digits.default.svc.cluster.local 10.244.0.5:50001"
                        + " 10.96.0.20:8501 10.244.0.5:40312 - default\n",
                text(LineFormat.ISTIO, answered()));
    }

    @Test
    void showsDashesForWhatIsMissing() throws Exception {
        assertEquals(
                "[2026-01-02T03:04:05.677Z] \"GET /nowhere HTTP/1.1\" 404 NR route_not_found -"
                        + " \"-\" 0 0 1 - \"-\" \"-\" \"-\" \"other\" \"-\" - - 10.96.0.20:8501"
                        + " 10.244.0.5:40312 - -\n",
                text(LineFormat.ISTIO, Entry.of(Ends.unrouted(), NOW)));
    }

    @Test
    void writesConnectionsWithTheSameFormat() throws Exception {
        assertEquals(
                "[2026-01-02T03:04:05.673Z] \"- - -\" 0 - - - \"-\" 10 20 5 - \"-\" \"-\" \"-\""
                        + " \"-\" \"10.244.0.9:8501\""
                        + " outbound|8501|v1|digits.default.svc.cluster.local 10.244.0.5:50001"
                        + " 10.96.0.20:8501 10.244.0.5:40312 - -\n",
                text(LineFormat.ISTIO, Entry.of(Ends.tcp(10, 20, new Slots()), NOW)));
    }

    @ParameterizedTest
    @CsvSource({
        "%REQ(X-MISSING?USER-AGENT)%, curl/8",
        "%REQ(USER-AGENT):4%, curl",
        "%REQ(:METHOD):2%, PO",
        "100%%, 100%",
        "%START_TIME(%Y/%m/%dT%H:%M:%S%z)%, 2026/01/02T03:04:05+0000",
        "%START_TIME(%s)%, 1767323045",
        "%START_TIME(%H.%3f)%, 03.665",
        "%UPSTREAM_REQUEST_ATTEMPT_COUNT%, 1",
        "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%, 10.244.0.5",
        "%DOWNSTREAM_LOCAL_PORT%, 8501",
        "%RESPONSE_DURATION%/%RESPONSE_TX_DURATION%/%REQUEST_DURATION%, 12/1/1",
        "%DOWNSTREAM_WIRE_BYTES_SENT%, 183",
        "%CONNECTION_ID%, 7",
        "%COMMON_DURATION(DS_TX_BEG:DS_TX_END:us)%, 1000",
        "%REQ_WITHOUT_QUERY(:PATH)%, /v1/models/digits:predict",
        "%CLUSTER_METADATA(istio:none)%, -",
        "%VIRTUAL_HOST_NAME%, all",
        "%DOWNSTREAM_TLS_VERSION%, -",
        "%RESPONSE_FLAGS_LONG%, -"
    })
    void readsOperators(String format, String expected) throws Exception {
        assertEquals(expected, text(format, answered()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "%CEL(request.host)%",
                "%COMMON_DURATION(A:B)%",
                "%NO_SUCH_THING%",
                "%REQ(x%",
                "%RESPONSE_CODE",
                "%START_TIME(%Q)%"
            })
    void refusesWhatItDoesNotKnow(String format) {
        var problem = assertThrows(ConfigProblem.class, () -> LineFormat.text(format));
        assertEquals("log_format", problem.field());
    }

    @Test
    void writesJsonWithTypesKept() throws Exception {
        var format =
                LineFormat.json(
                        Ends.struct(
                                """
                                {"code": "%RESPONSE_CODE%", "agent": "%REQ(USER-AGENT)%",
                                 "none": "%REQ(X-NONE)%", "both": "%PROTOCOL% \\"%DURATION%\\"",
                                 "in": {"flag": true}}
                                """));
        var out = new StringBuilder();
        format.print(answered(), out);
        assertEquals(
                "{\"agent\":\"curl/8\",\"both\":\"HTTP/1.1 \\\"13\\\"\",\"code\":200,"
                        + "\"in\":{\"flag\":true},\"none\":null}\n",
                out.toString());
    }

    @Test
    void leavesOutWhatIsNotThere() throws Exception {
        var out = new StringBuilder();
        LineFormat.json(Ends.struct("{\"a\": \"%REQ(X-NONE)%\", \"b\": [\"%PROTOCOL%\", 1]}"), true)
                .print(answered(), out);
        assertEquals("{\"b\":[\"HTTP/1.1\",1]}\n", out.toString());
        out.setLength(0);
        LineFormat.text("<%REQ(X-NONE)%>", true).print(answered(), out);
        assertEquals("<>", out.toString());
    }

    @Test
    void quotesWhatWouldBreakALine() {
        var out = new StringBuilder();
        JsonText.quote("a\"b\\\n\u0001", out);
        assertTrue(out.toString().equals("\"a\\\"b\\\\\\n\\u0001\""), out.toString());
    }

    private static Entry answered() {
        return Entry.of(Ends.answered(Direction.OUTBOUND, new Slots()), NOW);
    }

    private static String text(String format, Entry entry) throws ConfigProblem {
        var out = new StringBuilder();
        LineFormat.text(format).print(entry, out);
        return out.toString();
    }
}
