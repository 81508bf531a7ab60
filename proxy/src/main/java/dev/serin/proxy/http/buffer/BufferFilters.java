package dev.serin.proxy.http.buffer;

import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.extension.ExtensionConfig;
import dev.serin.proxy.http.RequestHead;
import dev.serin.proxy.http.filter.HttpFilter;
import dev.serin.proxy.http.filter.HttpFilterFactory;
import dev.serin.proxy.http.filter.StreamContext;

import io.envoyproxy.envoy.extensions.filters.http.buffer.v3.Buffer;
import io.envoyproxy.envoy.extensions.filters.http.buffer.v3.BufferPerRoute;

import java.util.List;
import java.util.function.Supplier;

/// Holds a request until all of it is there, and tells its length to a host that would otherwise
/// have to be sent chunks; what is larger than allowed is answered with 413. As Envoy's Buffer.
public final class BufferFilters implements HttpFilterFactory {
    private static final String BUFFER = "envoy.extensions.filters.http.buffer.v3.Buffer";

    @Override
    public List<String> types() {
        return List.of(BUFFER, "envoy.extensions.filters.http.buffer.v3.BufferPerRoute");
    }

    @Override
    public Supplier<HttpFilter> compile(ExtensionConfig config) throws ConfigProblem {
        if (!config.type().equals(BUFFER)) {
            throw new ConfigProblem("typed_config", config.type() + " belongs on a route");
        }
        var filter = new Holding(config.name(), limit(config.as(Buffer.parser())));
        return () -> filter;
    }

    @Override
    public Object compilePerRoute(ExtensionConfig config) throws ConfigProblem {
        var message = config.as(BufferPerRoute.parser());
        return message.getDisabled() ? new Limit(0) : limit(message.getBuffer());
    }

    private static Limit limit(Buffer message) throws ConfigProblem {
        var octets = message.getMaxRequestBytes().getValue();
        if (octets == 0) {
            throw new ConfigProblem("max_request_bytes", "is missing");
        }
        return new Limit(Integer.toUnsignedLong(octets));
    }

    /// @param octets 0 to hold nothing
    private record Limit(long octets) {}

    /// Has no state of its own.
    private record Holding(String name, Limit usual) implements HttpFilter {
        @Override
        public Next request(StreamContext stream, RequestHead head, boolean end) {
            var limit = stream.perRoute(name) instanceof Limit own ? own : usual;
            if (end || limit.octets() == 0) {
                return Next.CONTINUE;
            }
            stream.collectRequest(
                    limit.octets(),
                    () -> {
                        if (!head.headers().has("content-length")) {
                            head.headers().remove("transfer-encoding");
                            head.headers()
                                    .set(
                                            "content-length",
                                            Long.toString(stream.heldRequestOctets()));
                        }
                        stream.resumeRequest();
                    });
            return Next.PAUSE;
        }
    }
}
