package dev.serin.proxy.upstream;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;

import dev.serin.proxy.stream.Direction;
import dev.serin.proxy.stream.Downstream;
import dev.serin.proxy.upstream.Assignment.Address;
import dev.serin.proxy.upstream.Assignment.Check;
import dev.serin.proxy.upstream.Assignment.Endpoint;
import dev.serin.proxy.upstream.Assignment.Status;
import dev.serin.proxy.upstream.balance.HostSet.Place;
import dev.serin.proxy.upstream.balance.PickContext;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/// Hosts and picks for tests, without a socket.
public final class Hosts {
    private Hosts() {}

    public static Host host(int port) {
        return host(port, 1, Status.HEALTHY, Place.NOWHERE, Map.of());
    }

    public static Host host(int port, int weight) {
        return host(port, weight, Status.HEALTHY, Place.NOWHERE, Map.of());
    }

    public static Host host(
            int port, int weight, Status status, Place place, Map<String, String> labels) {
        return new Host(endpoint(port, weight, 0, status, place, labels), 2, Integer.MAX_VALUE, 0);
    }

    public static Endpoint endpoint(
            int port,
            int weight,
            int priority,
            Status status,
            Place place,
            Map<String, String> labels) {
        var fields = new HashMap<String, Value>();
        labels.forEach((k, v) -> fields.put(k, Value.newBuilder().setStringValue(v).build()));
        return new Endpoint(
                new Address("127.0.0.1", port),
                List.of(),
                weight,
                priority,
                place,
                status,
                Map.of("envoy.lb", Struct.newBuilder().putAllFields(fields).build()),
                "host-" + (port - 21001) + ".test",
                Check.USUAL);
    }

    public static Place zone(String zone) {
        return new Place("r", zone, "");
    }

    /// A pick at time 0 of the first worker.
    public static class Pick implements PickContext {
        @Override
        public long nanos() {
            return 0;
        }

        @Override
        public int worker() {
            return 0;
        }

        @Override
        public Downstream downstream() {
            var any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
            return new Downstream(
                    1, "test", Direction.OUTBOUND, any, any, any, "", null, null, null, null);
        }
    }

    public static PickContext hashed(long hash) {
        return new Pick() {
            @Override
            public OptionalLong hash() {
                return OptionalLong.of(hash);
            }
        };
    }
}
