package dev.serin.proxy.telemetry;

import com.google.protobuf.Struct;
import com.google.protobuf.util.JsonFormat;

import dev.serin.proxy.http.Headers;
import dev.serin.proxy.http.HttpProtocol;
import dev.serin.proxy.http.RequestHead;
import dev.serin.proxy.http.ResponseHead;
import dev.serin.proxy.stream.ConnectionEnd;
import dev.serin.proxy.stream.Direction;
import dev.serin.proxy.stream.Downstream;
import dev.serin.proxy.stream.RouteUse;
import dev.serin.proxy.stream.Slots;
import dev.serin.proxy.stream.StreamEnd;
import dev.serin.proxy.stream.Timing;
import dev.serin.proxy.stream.Traffic;
import dev.serin.proxy.stream.UpstreamUse;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;

/// Ends of streams and connections as tests need them.
public final class Ends {
    private static final long MILLI = 1_000_000;

    public static final String CLUSTER = "outbound|8501|v1|digits.default.svc.cluster.local";
    public static final Map<String, Struct> SERVICES =
            Map.of(
                    "istio",
                    struct(
                            """
                            {"services": [{"host": "digits.default.svc.cluster.local",
                              "name": "digits", "namespace": "default"}]}
                            """));

    private Ends() {}

    public static Downstream downstream(Direction direction) {
        return new Downstream(
                7,
                "0.0.0.0_8501",
                direction,
                address("10.96.0.20", 8501),
                address("10.244.0.5", 40312),
                address("10.244.0.5", 40312),
                "chain",
                null,
                null,
                null,
                null);
    }

    public static UpstreamUse upstream(Map<String, Struct> hostMetadata) {
        return new UpstreamUse(
                CLUSTER,
                CLUSTER,
                address("10.244.0.9", 8501),
                "digits",
                address("10.244.0.5", 50001),
                SERVICES,
                hostMetadata,
                1,
                List.of(),
                null,
                HttpProtocol.HTTP11,
                null);
    }

    public static StreamEnd answered(Direction direction, Slots slots) {
        var request =
                new RequestHead(
                        HttpProtocol.HTTP11,
                        "POST",
                        "/v1/models/digits:predict",
                        "digits:8501",
                        new Headers()
                                .add("user-agent", "curl/8")
                                .add("x-request-id", "r-1")
                                .add("x-forwarded-for", "10.244.0.5"));
        var response =
                new ResponseHead(200, new Headers().add("x-envoy-upstream-service-time", "11"));
        return new StreamEnd(
                downstream(direction),
                request,
                response,
                null,
                200,
                0,
                "via_upstream",
                null,
                new Traffic(120, 33, 200, 150),
                new Timing(0, MILLI, MILLI, 12 * MILLI, 13 * MILLI, 12 * MILLI, 13 * MILLI),
                upstream(Map.of()),
                new RouteUse("default", "all", Map.of(), Map.of()),
                slots);
    }

    public static StreamEnd unrouted() {
        var request =
                new RequestHead(HttpProtocol.HTTP11, "GET", "/nowhere", "other", new Headers());
        return new StreamEnd(
                downstream(Direction.OUTBOUND),
                request,
                new ResponseHead(404, new Headers()),
                null,
                404,
                dev.serin.proxy.stream.ResponseFlag.NO_ROUTE_FOUND.bit(),
                "route_not_found",
                null,
                new Traffic(0, 0, 60, 40),
                new Timing(0, MILLI, 0, 0, 0, MILLI, MILLI),
                null,
                null,
                new Slots());
    }

    public static ConnectionEnd tcp(long received, long sent, Slots slots) {
        return new ConnectionEnd(
                downstream(Direction.OUTBOUND),
                0,
                null,
                new Traffic(received, sent, 0, 0),
                new Timing(0, 0, 0, 0, 0, 0, 5 * MILLI),
                upstream(Map.of()),
                slots);
    }

    public static Struct struct(String json) {
        var struct = Struct.newBuilder();
        try {
            JsonFormat.parser().merge(json, struct);
        } catch (com.google.protobuf.InvalidProtocolBufferException e) {
            throw new IllegalArgumentException(e);
        }
        return struct.build();
    }

    private static InetSocketAddress address(String ip, int port) {
        return new InetSocketAddress(InetAddress.ofLiteral(ip), port);
    }
}
