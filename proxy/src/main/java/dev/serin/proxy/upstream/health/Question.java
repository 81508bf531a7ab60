package dev.serin.proxy.upstream.health;

import dev.serin.proxy.http.Headers;
import dev.serin.proxy.http.HttpProtocol;
import dev.serin.proxy.http.RequestHead;
import dev.serin.proxy.http.ResponseHead;
import dev.serin.proxy.upstream.Host;
import dev.serin.proxy.upstream.health.HealthConfig.Header;
import dev.serin.proxy.upstream.health.Prober.Finding;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// What an HTTP prober asks and how the answer is taken. Immutable.
sealed interface Question {
    boolean http2();

    RequestHead head(String cluster, Host host);

    /// Empty if there is none.
    ByteBuf body();

    /// How much of the response's body is looked at.
    int mostBody();

    Finding judge(ResponseHead head, Octets body, @Nullable Headers trailers);

    private static String authority(String configured, String cluster, Host host) {
        var named = host.endpoint().check().host();
        return !named.isEmpty() ? named : configured.isEmpty() ? cluster : configured;
    }

    private static void add(Headers headers, List<Header> more) {
        for (var header : more) {
            if (header.append()) {
                headers.add(header.name(), header.value());
            } else {
                headers.set(header.name(), header.value());
            }
        }
    }

    /// A request of any kind, judged by its status and body.
    record OfHttp(HealthConfig.Http config) implements Question {
        private static final String CHECKED_CLUSTER = "x-envoy-upstream-healthchecked-cluster";
        private static final String DEGRADED = "x-envoy-degraded";

        @Override
        public boolean http2() {
            return config.http2();
        }

        @Override
        public RequestHead head(String cluster, Host host) {
            var headers = new Headers();
            headers.add("user-agent", "Envoy/HC");
            add(headers, config.add());
            config.remove().forEach(headers::remove);
            return new RequestHead(
                    HttpProtocol.HTTP11,
                    config.method(),
                    config.path(),
                    authority(config.host(), cluster, host),
                    headers);
        }

        @Override
        public ByteBuf body() {
            return Unpooled.EMPTY_BUFFER;
        }

        @Override
        public int mostBody() {
            return config.body().isEmpty() ? 0 : config.mostBody();
        }

        @Override
        public Finding judge(ResponseHead head, Octets body, @Nullable Headers trailers) {
            var status = head.status();
            if (!HealthConfig.Range.any(config.expected(), status)) {
                return HealthConfig.Range.any(config.retriable(), status)
                        ? Finding.DOUBTFUL
                        : Finding.BAD;
            }
            var service = config.service();
            if (service != null) {
                var named = head.headers().get(CHECKED_CLUSTER);
                if (!service.test(named == null ? "" : named)) {
                    return Finding.BAD;
                }
            }
            if (!body.holds(config.body())) {
                return Finding.BAD;
            }
            return head.headers().has(DEGRADED) ? Finding.DEGRADED : Finding.GOOD;
        }
    }

    /// The question of gRPC's health service.
    record OfGrpc(HealthConfig.Grpc config) implements Question {
        private static final int FRAME = 5;
        private static final int SERVING = 1;
        private static final int FIELD_1_TEXT = 0x0a;
        private static final int FIELD_1_NUMBER = 0x08;

        @Override
        public boolean http2() {
            return true;
        }

        @Override
        public RequestHead head(String cluster, Host host) {
            var headers = new Headers();
            headers.add("content-type", "application/grpc");
            headers.add("te", "trailers");
            headers.add("user-agent", "Envoy/HC");
            add(headers, config.metadata());
            return new RequestHead(
                    HttpProtocol.HTTP2,
                    "POST",
                    "/grpc.health.v1.Health/Check",
                    authority(config.authority(), cluster, host),
                    headers);
        }

        @Override
        public ByteBuf body() {
            var service = com.google.protobuf.ByteString.copyFromUtf8(config.service());
            var message = Unpooled.buffer();
            if (!service.isEmpty()) {
                message.writeByte(FIELD_1_TEXT);
                var length = service.size();
                for (; length > 0x7f; length >>>= 7) {
                    message.writeByte(length & 0x7f | 0x80);
                }
                message.writeByte(length).writeBytes(service.asReadOnlyByteBuffer());
            }
            var frame = Unpooled.buffer().writeByte(0).writeInt(message.readableBytes());
            return frame.writeBytes(message);
        }

        @Override
        public int mostBody() {
            return 64;
        }

        @Override
        public Finding judge(ResponseHead head, Octets body, @Nullable Headers trailers) {
            var said = trailers == null ? null : trailers.get("grpc-status");
            var status = said == null ? head.headers().get("grpc-status") : said;
            var octets = body.all();
            var serving =
                    octets.length >= FRAME + 2
                            && octets[FRAME] == FIELD_1_NUMBER
                            && octets[FRAME + 1] == SERVING;
            return head.status() == 200 && "0".equals(status) && serving
                    ? Finding.GOOD
                    : Finding.BAD;
        }
    }
}
